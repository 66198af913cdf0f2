# Redis 8.4 and later: CLAIM, MAXCOUNT, MAXSIZE, and a consumer named like an option.
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
a> XCLAIM s g c1 0 2-0 IDLE 5000 JUSTID
a< ["2-0"]
a> XREADGROUP GROUP g c2 CLAIM 4000 STREAMS s >
a< [["s" [["2-0" ["f" "b"] <int> 1] ["3-0" ["f" "c"] 0 0]]]]
a> XPENDING s g - + 10
a< [["1-0" "c1" <int> 1] ["2-0" "c2" <int> 2] ["3-0" "c2" <int> 1]]
a> XDEL s 1-0
a< 1
a> XREADGROUP GROUP g c3 COUNT 1 CLAIM 0 STREAMS s >
a< [["s" [["2-0" ["f" "b"] <int> 2]]]]
a> XREADGROUP GROUP g c CLAIM x STREAMS s >
a< (error) ERR min-idle-time is not an integer or out of range
a> XREADGROUP GROUP g c CLAIM -1 STREAMS s >
a< (error) ERR min-idle-time must be a positive integer
a> XREADGROUP GROUP g c STREAMS s s >
a< (error) ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.
a> XREADGROUP GROUP g c STREAMS s +
a< (error) ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.
a> XREADGROUP GROUP g c MAXCOUNT 0 STREAMS s >
a< (error) ERR MAXCOUNT must be a positive integer
a> XREADGROUP GROUP g c MAXSIZE 0 STREAMS s >
a< (error) ERR MAXSIZE must be a positive integer
a> XREADGROUP GROUP g c COUNT 5 MAXCOUNT 4 STREAMS s >
a< (error) ERR MAXCOUNT must be greater than or equal to COUNT
restart
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XADD t 1-0 f c
a< "1-0"
a> XADD t 2-0 f d
a< "2-0"
a> XGROUP CREATE s g 0
a< OK
a> XGROUP CREATE t g 0
a< OK
a> XREADGROUP GROUP g STREAMS MAXCOUNT 3 STREAMS s t > >
a< [["s" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]]] ["t" [["1-0" ["f" "c"]]]]]
a> XREADGROUP MAXSIZE 1 GROUP g STREAMS STREAMS s t 0 >
a< [["s" [["1-0" ["f" "a"]]]]]
