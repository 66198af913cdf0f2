oracle
# NOLOOP: the own changes are not told; others' are.
resp3 a
a> CLIENT TRACKING ON NOLOOP
a< OK
a> GET k
a< nil
a> SET k 1
a< OK
a< (nothing)
a> GET k
a< "1"
b> SET k 2
b< OK
a< >["invalidate" ["k"]]
a> MULTI
a< OK
a> GET k
a< QUEUED
a> SET k 3
a< QUEUED
a> EXEC
a< ["2" OK]
a< (nothing)
# A flush is told all the same.
a> FLUSHALL
a< OK
a< >["invalidate" nil]
a> CLIENT TRACKING OFF
a< OK
a> CLIENT TRACKING ON BCAST NOLOOP
a< OK
a> SET k 1
a< OK
a< (nothing)
b> SET k 2
b< OK
a< >["invalidate" ["k"]]
# Changed without OFF.
a> CLIENT TRACKING ON BCAST
a< OK
a> SET k 3
a< OK
a< >["invalidate" ["k"]]
