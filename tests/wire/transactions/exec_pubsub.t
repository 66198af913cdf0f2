# Messages to the connection itself follow the array of replies.
resp3 a
a> SUBSCRIBE c
a< >["subscribe" "c" 1]
a> MULTI
a< OK
a> PUBLISH c one
a< QUEUED
a> SET k 1
a< QUEUED
a> PUBLISH c two
a< QUEUED
a> EXEC
a< [1 OK 1]
a< >["message" "c" "one"]
a< >["message" "c" "two"]
# CLIENT REPLY SKIP inside: the array has the elements it promises.
b> MULTI
b< OK
b> CLIENT REPLY SKIP
b< QUEUED
b> PING
b< QUEUED
b> EXEC
b< [OK PONG]
# It skips what follows.
b> PING
b> ECHO seen
b< "seen"
# OFF drops the whole reply.
b> MULTI
b< OK
b> CLIENT REPLY OFF
b< QUEUED
b> SET k 2
b< QUEUED
b> EXEC
b> CLIENT REPLY ON
b< OK
b> GET k
b< "2"
