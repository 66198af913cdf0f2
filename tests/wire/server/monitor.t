oracle
# Every call as it is run; what administrators do is not shown. The lines themselves are looked at
# in tests/stress/monitor.py.
m> MONITOR
m< OK
a> SET k v
a< OK
m< <str>
a> CONFIG GET port
a< *
a> NOSUCHCOMMAND
a< (error) ERR unknown command...
a> GET
a< (error) ERR wrong number of arguments for 'get' command
a> LPUSH k x
a< (error) WRONGTYPE...
m< <str>
m> PING
m< PONG
m< <str>
# A transaction's calls when they are run, then EXEC.
a> MULTI
a< OK
m< <str>
a> SET k 1
a< QUEUED
m> ECHO x
m< "x"
m< <str>
a> EXEC
a< [OK]
m< <str>
m< <str>
# Of itself too, behind the reply.
m> PING
m< PONG
m< <str>
m> MONITOR
m> PING
m< PONG
m< <str>
# A blocked call when it begins to wait.
b> BLPOP q 0
blocked b
m< <str>
a> RPUSH q x
a< 1
b< ["q" "x"]
m< <str>
m> PING
m< PONG
m< <str>
# It ends with RESET.
m> RESET
m< RESET
a> SET k v
a< OK
m> PING
m< PONG
# Not in a transaction.
a> MULTI
a< OK
a> MONITOR
a< QUEUED
a> EXEC
a< [(error) "ERR MONITOR isn't allowed for DENY BLOCKING client"]
