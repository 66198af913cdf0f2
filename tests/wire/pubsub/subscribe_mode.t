# What a connection may do while it is subscribed.
oracle
a> SUBSCRIBE c
a< ["subscribe" "c" 1]
a> PING
a< ["pong" ""]
a> PING x
a< ["pong" "x"]
a> PING x y
a< (error) ERR wrong number of arguments for 'ping' command
a> ECHO x
a< (error) ERR Can't execute 'echo': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
a> HELLO 3
a< (error) ERR Can't execute 'hello': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
a> CLIENT ID
a< (error) ERR Can't execute 'client|id': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
a> PUBLISH c m
a< (error) ERR Can't execute 'publish': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
# what is wrong with the command itself comes first
a> NONSENSE
a< (error) ERR unknown command 'NONSENSE'...
a> GET
a< (error) ERR wrong number of arguments for 'get' command
a> PSUBSCRIBE p
a< ["psubscribe" "p" 2]
a> SSUBSCRIBE s
a< ["ssubscribe" "s" 1]

# RESET ends all subscriptions without a word
a> RESET
a< RESET
a> GET k
a< nil
p> PUBLISH c m
p< 0
p> PUBSUB NUMPAT
p< 0
p> PUBSUB SHARDNUMSUB s
p< ["s" 0]
a> PING
a< PONG

# QUIT
a> SUBSCRIBE c
a< ["subscribe" "c" 1]
a> QUIT
a< OK
closed a
wait 5000 PUBSUB NUMSUB c -> ["c" 0]

# changing to RESP2 while subscribed
restart
resp3 a
a> SUBSCRIBE c
a< >["subscribe" "c" 1]
p> PUBLISH c m
p< 1
a< >["message" "c" "m"]
a> HELLO 2
a< *
a> GET k
a< (error) ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
p> PUBLISH c m
p< 1
a< ["message" "c" "m"]
a> UNSUBSCRIBE
a< ["unsubscribe" "c" 0]

# CLIENT KILL takes subscriptions with it; CLIENT LIST knows subscribers
restart
a> SUBSCRIBE c d
a< ["subscribe" "c" 1]
a< ["subscribe" "d" 2]
p> CLIENT KILL TYPE pubsub
p< 1
p> PUBLISH c m
p< 0
closed a
