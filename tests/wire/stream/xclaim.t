oracle
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XADD s 3-0 f c
a< "3-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c1 COUNT 2 STREAMS s >
a< [["s" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]]]]
a> XCLAIM s g c2 100000 1-0
a< []
a> XCLAIM s g c2 0 2-0 1-0 9-0
a< [["2-0" ["f" "b"]] ["1-0" ["f" "a"]]]
a> XPENDING s g - + 10
a< [["1-0" "c2" <int> 2] ["2-0" "c2" <int> 2]]
a> XCLAIM s g c1 0 1-0 JUSTID
a< ["1-0"]
a> XCLAIM s g c1 -1 2-0 IDLE 100000 RETRYCOUNT 7
a< [["2-0" ["f" "b"]]]
a> XPENDING s g IDLE 90000 - + 10
a< [["2-0" "c1" <int> 7]]
a> XCLAIM s g c1 0 2-0 TIME 5 RETRYCOUNT -1 JUSTID
a< ["2-0"]
a> XPENDING s g IDLE 1000000000 - + 10
a< [["2-0" "c1" <int> 7]]
a> XCLAIM s g c1 0 3-0
a< []
a> XCLAIM s g c1 100000 3-0 FORCE JUSTID
a< ["3-0"]
a> XPENDING s g 3 + 10
a< [["3-0" "c1" <int> 1]]
a> XDEL s 1-0
a< 1
a> XCLAIM s g c2 0 1-0
a< []
a> XPENDING s g
a< [2 "2-0" "3-0" [["c1" "2"]]]
a> XCLAIM s g c2 0 9-0 LASTID 2-5
a< []
a> XREADGROUP GROUP g c2 STREAMS s >
a< [["s" [["3-0" ["f" "c"]]]]]
a> XCLAIM s g c2 x 1-0
a< (error) ERR Invalid min-idle-time argument for XCLAIM
a> XCLAIM s g c2 0 1-0 IDLE x
a< (error) ERR Invalid IDLE option argument for XCLAIM
a> XCLAIM s g c2 0 1-0 TIME x
a< (error) ERR Invalid TIME option argument for XCLAIM
a> XCLAIM s g c2 0 1-0 RETRYCOUNT x
a< (error) ERR Invalid RETRYCOUNT option argument for XCLAIM
a> XCLAIM s g c2 0 1-0 LASTID x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XCLAIM s g c2 0 1-0 SOME
a< (error) ERR Unrecognized XCLAIM option 'SOME'
a> XCLAIM s nope c2 0 1-0
a< (error) NOGROUP No such key 's' or consumer group 'nope'
a> XCLAIM nokey g c2 0 1-0
a< (error) NOGROUP No such key 'nokey' or consumer group 'g'
a> SET text x
a< OK
a> XCLAIM text g c2 0 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
