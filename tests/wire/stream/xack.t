oracle
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c STREAMS s >
a< [["s" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]]]]
a> XACK s g 1-0 bad
a< (error) ERR Invalid stream ID specified as stream command argument
a> XACK s g 1-0 9-9 1
a< 1
a> XACK s g 1-0
a< 0
a> XDEL s 2-0
a< 1
a> XACK s g 2-0
a< 1
a> XPENDING s g
a< [0 nil nil nil-array]
a> XACK s nope bad
a< 0
a> XACK nokey g bad
a< 0
a> SET text x
a< OK
a> XACK text g 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XACK s g
a< (error) ERR wrong number of arguments for 'xack' command
