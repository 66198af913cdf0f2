oracle
# CLIENT PAUSE WRITE holds back an EXEC with writes, not one with reads.
a> MULTI
a< OK
a> SET k 1
a< QUEUED
b> MULTI
b< OK
b> GET k
b< QUEUED
c> CLIENT PAUSE 100000 WRITE
c< OK
b> EXEC
b< [nil]
a> EXEC
a< (nothing)
c> CLIENT UNPAUSE
c< OK
a< [OK]
