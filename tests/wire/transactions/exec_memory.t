oracle
# Without memory nothing more is queued, and EXEC of writes is refused; EXEC of reads is not.
a> SET k 1
a< OK
a> MULTI
a< OK
a> SET k 2
a< QUEUED
b> MULTI
b< OK
b> GET k
b< QUEUED
c> CONFIG SET maxmemory 1
c< OK
a> EXEC
a< (error) EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.
b> EXEC
b< ["1"]
a> MULTI
a< OK
a> GET k
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.
a> MULTI
a< OK
a> DISCARD
a< OK
c> CONFIG SET maxmemory 0
c< OK
# Evicting a watched key changes it.
a> WATCH k
a< OK
c> CONFIG SET maxmemory-policy allkeys-random
c< OK
c> CONFIG SET maxmemory 1
c< OK
c> PING
c< PONG
c> CONFIG SET maxmemory 0
c< OK
c> CONFIG SET maxmemory-policy noeviction
c< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
