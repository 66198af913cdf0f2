oracle
# Reads in a transaction count; its own changes are told after the array, in order.
resp3 a
a> SET k 1
a< OK
a> CLIENT TRACKING ON
a< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> GET l
a< QUEUED
a> EXEC
a< ["1" nil]
b> MSET k 2 l 2
b< OK
a< >["invalidate" ["k"]]
a< >["invalidate" ["l"]]
a> MULTI
a< OK
a> GET k
a< QUEUED
a> SET k 3
a< QUEUED
a> SET k 4
a< QUEUED
a> GET k
a< QUEUED
a> EXEC
a< ["2" OK OK "4"]
a< >["invalidate" ["k"]]
b> SET k 5
b< OK
a< >["invalidate" ["k"]]
# Switched on inside.
a> CLIENT TRACKING OFF
a< OK
a> MULTI
a< OK
a> GET l
a< QUEUED
a> CLIENT TRACKING ON
a< QUEUED
a> GET k
a< QUEUED
a> EXEC
a< ["2" OK "5"]
b> MSET k 6 l 6
b< OK
a< >["invalidate" ["k"]]
a< (nothing)
