# Publishing and subscribing inside of MULTI.
oracle
a> SUBSCRIBE c
a< ["subscribe" "c" 1]
p> MULTI
p< OK
p> PUBLISH c 1
p< QUEUED
p> PUBLISH c 2
p< QUEUED
p> EXEC
p< [1 1]
a< ["message" "c" "1"]
a< ["message" "c" "2"]
p> MULTI
p< OK
p> PUBLISH c 3
p< QUEUED
p> DISCARD
p< OK

# confirmations are elements of the reply
b> MULTI
b< OK
b> SUBSCRIBE c
b< QUEUED
b> PSUBSCRIBE d*
b< QUEUED
b> EXEC
b< [["subscribe" "c" 1] ["psubscribe" "d*" 2]]
b> GET k
b< (error) ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
p> PUBLISH c 4
p< 2
a< ["message" "c" "4"]
b< ["message" "c" "4"]

# what a transaction publishes to its own client follows its whole reply
only ours
restart
resp3 a
a> SUBSCRIBE c
a< >["subscribe" "c" 1]
a> MULTI
a< OK
a> PUBLISH c 1
a< QUEUED
a> PING
a< QUEUED
a> EXEC
a< [1 PONG]
a< >["message" "c" "1"]
end
