oracle
# A key that was read is told once when it changes.
resp3 a
a> SET k 1
a< OK
a> CLIENT TRACKING on
a< OK
a> GET k
a< "1"
b> SET k 2
b< OK
a< >["invalidate" ["k"]]
b> SET k 3
b< OK
a< (nothing)
a> GET k
a< "3"
a> GET k
a< "3"
b> APPEND k x
b< 2
a< >["invalidate" ["k"]]
# A missing key too; each key of a call; failed reads as well.
a> MGET k missing
a< ["3x" nil]
a> LRANGE k 0 -1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
b> SET missing 1
b< OK
a< >["invalidate" ["missing"]]
b> DEL k
b< 1
a< >["invalidate" ["k"]]
# What changes nothing is not told, nor is a key that was only written.
a> GET k
a< nil
b> DEL k
b< 0
b> SETRANGE k 0 ""
b< 0
a< (nothing)
a> SET w 1
a< OK
b> SET w 2
b< OK
a< (nothing)
# The own change: after the reply.
a> GET w
a< "2"
a> SET w 3
a< OK
a< >["invalidate" ["w"]]
# One database is as good as another: names are tracked.
a> GET w
a< "3"
b> SELECT 1
b< OK
b> SET w other
b< OK
a< >["invalidate" ["w"]]
b> SELECT 0
b< OK
# Both names of a rename; a move.
a> MGET w v
a< ["3" nil]
b> RENAME w v
b< OK
a< >["invalidate" ["w"]]
a< >["invalidate" ["v"]]
a> GET v
a< "3"
b> EXPIRE v 100
b< 1
a< >["invalidate" ["v"]]
# A flush tells with null that everything is gone, whatever was read.
b> FLUSHALL
b< OK
a< >["invalidate" nil]
b> FLUSHDB
b< OK
a< >["invalidate" nil]
# Off.
a> GET k
a< nil
a> CLIENT TRACKING OFF
a< OK
b> SET k 1
b< OK
b> FLUSHALL
b< OK
a< (nothing)
# What was read before RESET is not told.
a> CLIENT TRACKING ON
a< OK
a> GET k
a< nil
a> RESET
a< RESET
b> SET k 1
b< OK
a< (nothing)
# In RESP2 without REDIRECT nobody can be told.
a> CLIENT TRACKING ON
a< OK
a> GET k
a< "1"
b> SET k 2
b< OK
a< (nothing)
