oracle
# DISCARD drops the queue and what is watched.
a> DISCARD
a< (error) ERR DISCARD without MULTI
a> DISCARD x
a< (error) ERR wrong number of arguments for 'discard' command
a> MULTI
a< OK
a> SET k 1
a< QUEUED
a> DISCARD
a< OK
a> EXISTS k
a< 0
a> EXEC
a< (error) ERR EXEC without MULTI
# With an error in it: the next one is clean.
a> MULTI
a< OK
a> BOGUS
a< (error) ERR unknown command 'BOGUS', with args beginning with:...
a> DISCARD
a< OK
a> MULTI
a< OK
a> SET k 1
a< QUEUED
a> EXEC
a< [OK]
# A wrong DISCARD does not end it, but it makes EXEC fail.
a> MULTI
a< OK
a> DISCARD x
a< (error) ERR wrong number of arguments for 'discard' command
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.
# What was watched is forgotten.
a> WATCH k
a< OK
b> SET k 2
b< OK
a> MULTI
a< OK
a> DISCARD
a< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< ["2"]
