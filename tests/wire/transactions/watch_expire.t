oracle
# A watched key whose time comes has changed, whether or not somebody has met it.
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> SET k 1 PX 30
a< OK
a> WATCH k
a< OK
wait 2000 EXISTS k -> 0
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< nil-array
# Nobody meets it: its time alone decides.
a> SET k 1 PX 1
a< OK
a> SET long 1 PX 60
a< OK
a> WATCH long
a< OK
a> DEBUG SLEEP 0.1
a< OK
a> MULTI
a< OK
a> SET other 1
a< QUEUED
a> EXEC
a< nil-array
# One that was past its time when it was watched was gone already. k is still in the table.
a> WATCH k
a< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< [nil]
# Deleting it for its time is no change, writing it is.
a> SET k 1 PX 1
a< OK
a> DEBUG SLEEP 0.01
a< OK
a> WATCH k
a< OK
b> GET k
b< nil
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< [nil]
a> SET k 1 PX 1
a< OK
a> DEBUG SLEEP 0.01
a< OK
a> WATCH k
a< OK
b> SET k 2
b< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< nil-array
# Gone and then there again.
a> SET k 1 PX 1
a< OK
a> DEBUG SLEEP 0.01
a< OK
a> WATCH k
a< OK
b> GET k
b< nil
b> SET k 3
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
# Met by the timer.
a> SET k 1 PX 20
a< OK
a> WATCH k
a< OK
wait 2000 DBSIZE -> 0
a> MULTI
a< OK
a> EXEC
a< nil-array
