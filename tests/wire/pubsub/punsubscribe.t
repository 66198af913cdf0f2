# PUNSUBSCRIBE: from the patterns named, or from all.
oracle
a> PUNSUBSCRIBE
a< ["punsubscribe" nil 0]
a> PUNSUBSCRIBE x
a< ["punsubscribe" "x" 0]
a> PSUBSCRIBE a* b*
a< ["psubscribe" "a*" 1]
a< ["psubscribe" "b*" 2]
a> SUBSCRIBE c
a< ["subscribe" "c" 3]
a> PUNSUBSCRIBE a*
a< ["punsubscribe" "a*" 2]
p> PUBLISH abc m
p< 0
p> PUBLISH bcd m
p< 1
a< ["pmessage" "b*" "bcd" "m"]
a> PUNSUBSCRIBE
a< ["punsubscribe" "b*" 1]
p> PUBLISH bcd m
p< 0
p> PUBLISH c m
p< 1
a< ["message" "c" "m"]

restart
resp3 a
a> PSUBSCRIBE a*
a< >["psubscribe" "a*" 1]
a> PUNSUBSCRIBE
a< >["punsubscribe" "a*" 0]
a> PUNSUBSCRIBE
a< >["punsubscribe" nil 0]
