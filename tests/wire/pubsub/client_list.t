# CLIENT LIST and INFO tell of subscriptions.
resp3 a
a> SUBSCRIBE c d
a< >["subscribe" "c" 1]
a< >["subscribe" "d" 2]
a> PSUBSCRIBE p
a< >["psubscribe" "p" 3]
a> SSUBSCRIBE x y z
a< >["ssubscribe" "x" 1]
a< >["ssubscribe" "y" 2]
a< >["ssubscribe" "z" 3]
a> CLIENT INFO
a< <str>
p> CLIENT LIST TYPE pubsub
p< <str>
p> CLIENT LIST TYPE normal
p< <str>
