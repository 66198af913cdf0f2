oracle
a> UNWATCH x
a< (error) ERR wrong number of arguments for 'unwatch' command
# With nothing watched it is fine too.
a> UNWATCH
a< OK
a> WATCH k l
a< OK
b> SET k 1
b< OK
a> UNWATCH
a< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< ["1"]
# Inside a transaction it is queued, and too late.
a> WATCH k
a< OK
b> SET k 2
b< OK
a> MULTI
a< OK
a> UNWATCH
a< QUEUED
a> EXEC
a< nil-array
a> MULTI
a< OK
a> UNWATCH
a< QUEUED
a> EXEC
a< [OK]
# RESET forgets it as well, and ends the transaction.
a> WATCH k
a< OK
b> SET k 3
b< OK
a> MULTI
a< OK
a> RESET
a< RESET
a> EXEC
a< (error) ERR EXEC without MULTI
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< ["3"]
# A client that goes leaves nothing behind.
c> WATCH k
c< OK
c> MULTI
c< OK
c> SET k 4
c< QUEUED
close c
a> SET k 5
a< OK
a> GET k
a< "5"
