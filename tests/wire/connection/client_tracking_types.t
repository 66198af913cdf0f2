oracle
# Every kind of value, streams too.
resp3 a
a> CLIENT TRACKING ON
a< OK
a> XADD s 1-1 f v
a< "1-1"
a> XRANGE s - +
a< [["1-1" ["f" "v"]]]
b> XADD s 2-1 f v
b< "2-1"
a< >["invalidate" ["s"]]
a> XLEN s
a< 2
b> XDEL s 2-1
b< 1
a< >["invalidate" ["s"]]
a> XREAD STREAMS s 0
a< {"s" [["1-1" ["f" "v"]]]}
b> XTRIM s MAXLEN 0
b< 1
a< >["invalidate" ["s"]]
a> XINFO STREAM s
a< *
b> XGROUP CREATE s g $
b< OK
a> XPENDING s g
a< [0 nil nil nil]
b> XADD s 3-1 f v
b< "3-1"
a< >["invalidate" ["s"]]
# XREADGROUP and XACK are writes; reading for a group does not track.
a> XREADGROUP GROUP g c STREAMS s >
a< {"s" [["3-1" ["f" "v"]]]}
b> XADD s 4-1 f v
b< "4-1"
a< (nothing)
a> LRANGE l 0 -1
a< []
b> RPUSH l x
b< 1
a< >["invalidate" ["l"]]
a> HGETALL h
a< {}
b> HSET h f v
b< 1
a< >["invalidate" ["h"]]
a> ZRANGE z 0 -1
a< []
b> ZADD z 1 m
b< 1
a< >["invalidate" ["z"]]
# An expired key, met by somebody or by the timer.
a> SET k 1 PX 20
a< OK
a> EXISTS k
a< 1
wait 2000 EXISTS k -> 0
a< >["invalidate" ["k"]]
