oracle
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XADD s 3-0 f c
a< "3-0"
a> XADD s 4-0 f d
a< "4-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c1 STREAMS s >
a< [["s" [* * * *]]]
a> XAUTOCLAIM s g c2 100000 0
a< ["0-0" [] []]
a> XAUTOCLAIM s g c2 0 0 COUNT 2
a< ["3-0" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]] []]
a> XAUTOCLAIM s g c2 0 (2-0 COUNT 2 JUSTID
a< ["0-0" ["3-0" "4-0"] []]
a> XPENDING s g - + 10
a< [["1-0" "c2" <int> 2] ["2-0" "c2" <int> 2] ["3-0" "c2" <int> 1] ["4-0" "c2" <int> 1]]
a> XDEL s 2-0 3-0
a< 2
a> XAUTOCLAIM s g c1 0 - COUNT 3
a< ["4-0" [["1-0" ["f" "a"]]] ["2-0" "3-0"]]
a> XPENDING s g
a< [2 "1-0" "4-0" [["c1" "1"] ["c2" "1"]]]
a> XAUTOCLAIM s g c1 x 0
a< (error) ERR Invalid min-idle-time argument for XAUTOCLAIM
a> XAUTOCLAIM s g c1 0 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XAUTOCLAIM s g c1 0 0 COUNT 0
a< (error) ERR COUNT must be > 0
a> XAUTOCLAIM s g c1 0 0 SOME
a< (error) ERR syntax error
a> XAUTOCLAIM s nope c1 0 0
a< (error) NOGROUP No such key 's' or consumer group 'nope'
a> XAUTOCLAIM nokey g c1 0 0
a< (error) NOGROUP No such key 'nokey' or consumer group 'g'
a> SET text x
a< OK
a> XAUTOCLAIM text g c1 0 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XAUTOCLAIM s g c1 0
a< (error) ERR wrong number of arguments for 'xautoclaim' command
