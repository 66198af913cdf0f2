oracle
# A flush changes the keys that are there.
a> SET k 1
a< OK
a> WATCH k
a< OK
b> FLUSHALL
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> WATCH k
a< OK
b> FLUSHALL
b< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< [nil]
a> SET k 1
a< OK
a> WATCH k
a< OK
b> SELECT 1
b< OK
b> FLUSHDB
b< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< ["1"]
a> WATCH k
a< OK
b> SELECT 0
b< OK
b> FLUSHDB
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
# FLUSHALL reaches other databases.
a> SELECT 3
a< OK
a> SET k 1
a< OK
a> WATCH k
a< OK
b> FLUSHALL
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> SELECT 0
a< OK
# A swap changes the keys that are there before or after, with the same value too.
a> SET k 1
a< OK
a> WATCH k
a< OK
b> SWAPDB 0 1
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> WATCH k
a< OK
b> SWAPDB 0 1
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> SELECT 1
a< OK
a> SET k 1
a< OK
a> WATCH k
a< OK
b> SWAPDB 0 1
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> WATCH nowhere
a< OK
b> SWAPDB 0 1
b< OK
a> MULTI
a< OK
a> EXEC
a< []
a> WATCH k
a< OK
b> SWAPDB 2 3
b< OK
a> MULTI
a< OK
a> EXEC
a< []
# Past its time before, and so afterwards: flushing or swapping it away is no change.
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> SELECT 5
a< OK
a> SET k 1 PX 1
a< OK
a> DEBUG SLEEP 0.01
a< OK
a> WATCH k
a< OK
b> FLUSHALL
b< OK
a> MULTI
a< OK
a> EXEC
a< []
a> SET k 1 PX 1
a< OK
a> DEBUG SLEEP 0.01
a< OK
a> WATCH k
a< OK
b> SWAPDB 5 6
b< OK
a> MULTI
a< OK
a> EXEC
a< []
a> WATCH k
a< OK
b> SWAPDB 5 6
b< OK
a> MULTI
a< OK
a> EXEC
a< []
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
