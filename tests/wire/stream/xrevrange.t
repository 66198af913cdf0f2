oracle
# XREVRANGE is XRANGE with its ends changed round.
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 1-1 f b
a< "1-1"
a> XADD s 2-0 f c g d
a< "2-0"
a> XREVRANGE s + -
a< [["2-0" ["f" "c" "g" "d"]] ["1-1" ["f" "b"]] ["1-0" ["f" "a"]]]
a> XREVRANGE s + - COUNT 1
a< [["2-0" ["f" "c" "g" "d"]]]
a> XREVRANGE s 1 1
a< [["1-1" ["f" "b"]] ["1-0" ["f" "a"]]]
a> XREVRANGE s (2-0 (1-0
a< [["1-1" ["f" "b"]]]
a> XREVRANGE s - +
a< []
a> XREVRANGE s + - COUNT 0
a< nil-array
a> XREVRANGE nosuch + -
a< []
a> XREVRANGE s + (18446744073709551615-18446744073709551615
a< (error) ERR invalid start ID for the interval
a> XREVRANGE s (0-0 -
a< (error) ERR invalid end ID for the interval
a> XREVRANGE s x -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + - LIMIT 1
a< (error) ERR syntax error
a> SET text v
a< OK
a> XREVRANGE text + -
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
