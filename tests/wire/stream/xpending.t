oracle
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XADD s 3-0 f c
a< "3-0"
a> XGROUP CREATE s g 0
a< OK
a> XPENDING s g
a< [0 nil nil nil-array]
a> XPENDING s g - + 10
a< []
a> XREADGROUP GROUP g c1 COUNT 2 STREAMS s >
a< [["s" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]]]]
a> XREADGROUP GROUP g c2 STREAMS s >
a< [["s" [["3-0" ["f" "c"]]]]]
a> XCLAIM s g c1 0 2-0 IDLE 60000 JUSTID
a< ["2-0"]
a> XPENDING s g
a< [3 "1-0" "3-0" [["c1" "2"] ["c2" "1"]]]
a> XPENDING s g - + 10
a< [["1-0" "c1" <int> 1] ["2-0" "c1" <int> 1] ["3-0" "c2" <int> 1]]
a> XPENDING s g - + 1
a< [["1-0" "c1" <int> 1]]
a> XPENDING s g (1-0 2 10
a< [["2-0" "c1" <int> 1]]
a> XPENDING s g 3 2 10
a< []
a> XPENDING s g - + 0
a< []
a> XPENDING s g - + -1
a< []
a> XPENDING s g - + 10 c2
a< [["3-0" "c2" <int> 1]]
a> XPENDING s g - + 10 nobody
a< []
a> XPENDING s g IDLE 50000 - + 10
a< [["2-0" "c1" <int> 1]]
a> XPENDING s g IDLE 50000 - + 10 c2
a< []
a> XPENDING s g IDLE 0 - + 10 c2
a< [["3-0" "c2" <int> 1]]
a> XPENDING s g -
a< (error) ERR syntax error
a> XPENDING s g IDLE 1 - +
a< (error) ERR syntax error
a> XPENDING s g IDLE x - + 1
a< (error) ERR value is not an integer or out of range
a> XPENDING s g - + x
a< (error) ERR value is not an integer or out of range
a> XPENDING s g x + 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XPENDING s g (18446744073709551615-18446744073709551615 + 1
a< (error) ERR invalid start ID for the interval
a> XPENDING s nope
a< (error) NOGROUP No such key 's' or consumer group 'nope'
a> XPENDING nokey g - + 1
a< (error) NOGROUP No such key 'nokey' or consumer group 'g'
a> SET text x
a< OK
a> XPENDING text g
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
