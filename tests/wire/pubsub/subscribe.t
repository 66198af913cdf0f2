# SUBSCRIBE: one confirmation for each channel, with the number of the client's subscriptions.
oracle
a> SUBSCRIBE one two
a< ["subscribe" "one" 1]
a< ["subscribe" "two" 2]
a> SUBSCRIBE two three
a< ["subscribe" "two" 2]
a< ["subscribe" "three" 3]
p> PUBLISH one hello
p< 1
a< ["message" "one" "hello"]
p> PUBLISH nobody hello
p< 0
p> PUBLISH two ""
p< 1
a< ["message" "two" ""]
p> PUBLISH three "a\r\nb\x00c"
p< 1
a< ["message" "three" "a\r\nb\x00c"]

# several subscribers, and a name that is empty or binary
b> SUBSCRIBE one "" "\x00\r\n"
b< ["subscribe" "one" 1]
b< ["subscribe" "" 2]
b< ["subscribe" "\x00\r\n" 3]
p> PUBLISH one all
p< 2
a< ["message" "one" "all"]
b< ["message" "one" "all"]
p> PUBLISH "" nameless
p< 1
b< ["message" "" "nameless"]
p> PUBLISH "\x00\r\n" binary
p< 1
b< ["message" "\x00\r\n" "binary"]

# a subscriber that goes is not counted
close b
wait 5000 PUBSUB NUMSUB "" -> ["" 0]
p> PUBLISH one rest
p< 1
a< ["message" "one" "rest"]

# errors
p> SUBSCRIBE
p< (error) ERR wrong number of arguments for 'subscribe' command

# channels belong to no database
restart
a> SELECT 3
a< OK
a> SUBSCRIBE c
a< ["subscribe" "c" 1]
p> PUBLISH c m
p< 1
a< ["message" "c" "m"]

# RESP3: pushes, and other commands are allowed beside them
restart
resp3 a
a> SUBSCRIBE c
a< >["subscribe" "c" 1]
a> SET k v
a< OK
a> GET k
a< "v"
p> PUBLISH c m
p< 1
a< >["message" "c" "m"]
a> PING
a< PONG
a> PING x
a< "x"

# the confirmations and messages come even when replies are off
restart
resp3 a
a> CLIENT REPLY OFF
a> SUBSCRIBE c
a< >["subscribe" "c" 1]
a> GET k
p> PUBLISH c m
p< 1
a< >["message" "c" "m"]
a> UNSUBSCRIBE c
a< >["unsubscribe" "c" 0]
a> CLIENT REPLY ON
a< OK
a> CLIENT REPLY SKIP
a> SUBSCRIBE d
a< >["subscribe" "d" 1]
a> PING
a< PONG

restart
a> CLIENT REPLY OFF
a> SUBSCRIBE c
a< ["subscribe" "c" 1]
p> PUBLISH c m
p< 1
a< ["message" "c" "m"]
a> PING
a> UNSUBSCRIBE
a< ["unsubscribe" "c" 0]
a> PING
a> CLIENT REPLY ON
a< OK
