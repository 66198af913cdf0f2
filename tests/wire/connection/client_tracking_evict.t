oracle
# An evicted key is told as well.
a> SET k 1
a< OK
resp3 a
a> CLIENT TRACKING ON
a< OK
a> GET k
a< "1"
b> CONFIG SET maxmemory-policy allkeys-random
b< OK
b> CONFIG SET maxmemory 1
b< OK
b> PING
b< PONG
a< >["invalidate" ["k"]]
b> CONFIG SET maxmemory 0
b< OK
b> CONFIG SET maxmemory-policy noeviction
b< OK
