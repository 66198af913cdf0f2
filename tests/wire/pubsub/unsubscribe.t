# UNSUBSCRIBE: from the channels named, or from all.
oracle
a> SUBSCRIBE one
a< ["subscribe" "one" 1]
a> UNSUBSCRIBE one
a< ["unsubscribe" "one" 0]
a> UNSUBSCRIBE one
a< ["unsubscribe" "one" 0]
a> UNSUBSCRIBE one two
a< ["unsubscribe" "one" 0]
a< ["unsubscribe" "two" 0]
a> UNSUBSCRIBE
a< ["unsubscribe" nil 0]
p> PUBLISH one m
p< 0

# without names: each of them is confirmed (in any order)
a> SUBSCRIBE one
a< ["subscribe" "one" 1]
a> PSUBSCRIBE p*
a< ["psubscribe" "p*" 2]
a> UNSUBSCRIBE
a< ["unsubscribe" "one" 1]
p> PUBLISH one m
p< 0
p> PUBLISH pone m
p< 1
a< ["pmessage" "p*" "pone" "m"]
a> UNSUBSCRIBE
a< ["unsubscribe" nil 1]
a> UNSUBSCRIBE other
a< ["unsubscribe" "other" 1]

# after the last one the connection is an ordinary one again
a> GET k
a< (error) ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
a> PUNSUBSCRIBE
a< ["punsubscribe" "p*" 0]
a> GET k
a< nil

restart
a> SUBSCRIBE one two three
a< ["subscribe" "one" 1]
a< ["subscribe" "two" 2]
a< ["subscribe" "three" 3]
a> UNSUBSCRIBE
a< ["unsubscribe" <str> 2]
a< ["unsubscribe" <str> 1]
a< ["unsubscribe" <str> 0]
a> PING
a< PONG

restart
resp3 a
a> UNSUBSCRIBE
a< >["unsubscribe" nil 0]
a> SUBSCRIBE one
a< >["subscribe" "one" 1]
a> UNSUBSCRIBE
a< >["unsubscribe" "one" 0]
