oracle
# Between MULTI and EXEC calls are checked and queued; EXEC runs them and gives one array.
a> MULTI x
a< (error) ERR wrong number of arguments for 'multi' command
a> MULTI
a< OK
a> SET k 1
a< QUEUED
a> INCR k
a< QUEUED
a> GET k
a< QUEUED
a> DEL k missing
a< QUEUED
a> PING
a< QUEUED
# Nothing has happened yet.
b> EXISTS k
b< 0
a> EXEC
a< [OK 2 "2" 1 PONG]
# An empty one.
a> MULTI
a< OK
a> EXEC
a< []
# Not inside each other; the transaction goes on.
a> MULTI
a< OK
a> SET k 1
a< QUEUED
a> MULTI
a< (error) ERR MULTI calls can not be nested
a> EXEC
a< [OK]
# Each connection has its own.
a> MULTI
a< OK
b> MULTI
b< OK
a> INCR n
a< QUEUED
b> INCRBY n 10
b< QUEUED
b> EXEC
b< [10]
a> EXEC
a< [11]
# In RESP3.
resp3 a
a> MULTI
a< OK
a> HSET h f v
a< QUEUED
a> HGETALL h
a< QUEUED
a> GET missing
a< QUEUED
a> EXEC
a< [1 {"f" "v"} nil]
