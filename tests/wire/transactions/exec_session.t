oracle
# Commands about the connection run inside, and what they change holds for those behind them.
a> MULTI
a< OK
a> SET k zero
a< QUEUED
a> SELECT 1
a< QUEUED
a> SET k one
a< QUEUED
a> SELECT 99
a< QUEUED
a> GET k
a< QUEUED
a> CLIENT SETNAME inside
a< QUEUED
a> CLIENT GETNAME
a< QUEUED
a> ECHO hi
a< QUEUED
a> EXEC
a< [OK OK OK (error) "ERR DB index is out of range" "one" OK "inside" "hi"]
a> GET k
a< "one"
a> SELECT 0
a< OK
a> GET k
a< "zero"
# What needs the whole server, too.
a> MULTI
a< OK
a> SET k 1
a< QUEUED
a> FLUSHALL
a< QUEUED
a> DBSIZE
a< QUEUED
a> SET k 2
a< QUEUED
a> CONFIG SET maxmemory 100mb
a< QUEUED
a> CONFIG GET maxmemory
a< QUEUED
a> CONFIG SET maxmemory 0
a< QUEUED
a> EXEC
a< [OK OK 0 OK OK ["maxmemory" "104857600"] OK]
a> GET k
a< "2"
# HELLO changes the protocol of the replies behind it.
a> MULTI
a< OK
a> CONFIG GET maxmemory
a< QUEUED
a> HELLO 3
a< QUEUED
a> CONFIG GET maxmemory
a< QUEUED
a> GET missing
a< QUEUED
a> EXEC
a< [["maxmemory" "0"] * {"maxmemory" "0"} nil]
# QUIT and RESET are not queued.
a> MULTI
a< OK
a> SET k 3
a< QUEUED
a> RESET
a< RESET
a> GET k
a< "2"
a> MULTI
a< OK
a> SET k 3
a< QUEUED
a> QUIT
a< OK
closed a
b> GET k
b< "2"
# A transaction may end the connection it is on; its replies still arrive.
only ours
c> CLIENT ID
c< $id=<int>
c> MULTI
c< OK
c> CLIENT KILL ID $id SKIPME no
c< QUEUED
c> SET k 4
c< QUEUED
c> EXEC
c< [1 OK]
closed c
b> GET k
b< "4"
end
