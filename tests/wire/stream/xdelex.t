# XDELEX: the vectors of the specification, and every error.
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XADD s 3-0 f c
a< "3-0"
a> XGROUP CREATE s g1 1-0
a< OK
a> XGROUP CREATE s g2 2-0
a< OK
a> XDELEX s ACKED IDS 3 1-0 2-0 9-0
a< [1 2 2]
a> XGROUP DESTROY s g1
a< 1
a> XDELEX s ACKED IDS 2 2-0 3-0
a< [1 2]
a> XGROUP DESTROY s g2
a< 1
a> XDELEX s ACKED IDS 2 3-0 4-0
a< [1 -1]
a> XDELEX s IDS 2 1-0
a< (error) ERR The `numids` parameter must match the number of arguments
a> XDELEX s IDS 1 1-0 2-0
a< (error) ERR syntax error
a> XDELEX s IDS 0 1-0
a< (error) ERR Number of IDs must be a positive integer
a> XDELEX s KEEPREF DELREF IDS 1 1-0
a< (error) ERR syntax error
a> XDELEX s KEEPREF 1-0 2-0
a< (error) ERR syntax error
a> XDELEX s IDS 1 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDELEX nokey IDS 2 x y
a< [-1 -1]
a> SET text v
a< OK
a> XDELEX text IDS 1 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
# DELREF takes the references away too, KEEPREF leaves them
restart
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c STREAMS s >
a< *
a> XDELEX s DELREF IDS 1 1-0
a< [1]
a> XDELEX s KEEPREF IDS 1 2-0
a< [1]
a> XPENDING s g
a< [1 "2-0" "2-0" [["c" "1"]]]
a> XDELEX s DELREF IDS 1 2-0
a< [-1]
a> XPENDING s g
a< [0 nil nil nil-array]
