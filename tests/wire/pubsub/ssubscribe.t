# SSUBSCRIBE: channels of their own kind, with a count of their own.
oracle
a> SSUBSCRIBE one two
a< ["ssubscribe" "one" 1]
a< ["ssubscribe" "two" 2]
a> SUBSCRIBE one
a< ["subscribe" "one" 1]
a> SSUBSCRIBE one
a< ["ssubscribe" "one" 2]
p> SPUBLISH one m
p< 1
a< ["smessage" "one" "m"]
p> PUBLISH one m
p< 1
a< ["message" "one" "m"]
a> GET k
a< (error) ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
p> SSUBSCRIBE
p< (error) ERR wrong number of arguments for 'ssubscribe' command

restart
resp3 a
a> SSUBSCRIBE one
a< >["ssubscribe" "one" 1]
p> SPUBLISH one m
p< 1
a< >["smessage" "one" "m"]
