# A swap of databases may change anything: said as a flush is. (Redis says nothing, and its clients go
# on with what they have.)
resp3 a
a> CLIENT TRACKING ON
a< OK
a> SET k 1
a< OK
a> GET k
a< "1"
b> SWAPDB 0 1
b< OK
a< >["invalidate" nil]
b> SWAPDB 2 2
b< OK
a< (nothing)
