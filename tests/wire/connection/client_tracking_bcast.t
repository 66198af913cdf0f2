oracle
# With BCAST whatever has a prefix is told, read or not.
resp3 a
a> CLIENT TRACKING ON BCAST PREFIX user: PREFIX job:
a< OK
b> SET user:1 x
b< OK
a< >["invalidate" ["user:1"]]
b> SET user:1 y
b< OK
a< >["invalidate" ["user:1"]]
b> SET other 1
b< OK
b> SET user 1
b< OK
a< (nothing)
# One message for each prefix and command, names in order.
b> MSET user:2 1 job:2 1 user:1 1 none 1 job:1 1
b< OK
a< >["invalidate" ["job:1" "job:2"]]
a< >["invalidate" ["user:1" "user:2"]]
b> MULTI
b< OK
b> SET user:9 1
b< QUEUED
b> DEL user:2
b< QUEUED
b> SET user:9 2
b< QUEUED
b> EXEC
b< [OK 1 OK]
a< >["invalidate" ["user:2" "user:9"]]
# A stream.
b> XADD job:s 1-1 f v
b< "1-1"
a< >["invalidate" ["job:s"]]
# The own ones too, and more prefixes by asking again.
a> CLIENT TRACKING ON BCAST PREFIX other
a< OK
a> SET other 2
a< OK
a< >["invalidate" ["other"]]
b> FLUSHALL
b< OK
a< >["invalidate" nil]
# Without PREFIX: everything.
a> CLIENT TRACKING OFF
a< OK
b> SET user:1 1
b< OK
a< (nothing)
a> CLIENT TRACKING ON BCAST
a< OK
b> SET k 1
b< OK
a< >["invalidate" ["k"]]
# Two connections with the same prefix; one goes.
resp3 c
c> CLIENT TRACKING ON BCAST
c< OK
b> SET k 2
b< OK
a< >["invalidate" ["k"]]
c< >["invalidate" ["k"]]
close c
b> SET k 3
b< OK
a< >["invalidate" ["k"]]
# Expired keys.
b> SET e 1 PX 20
b< OK
a< >["invalidate" ["e"]]
wait 2000 EXISTS e -> 0
a< >["invalidate" ["e"]]
