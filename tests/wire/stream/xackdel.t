# Redis 8.2 and later
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
a> XGROUP CREATE s h 0
a< OK
a> XREADGROUP GROUP g c COUNT 4 STREAMS s >
a< [["s" [* * * *]]]
a> XREADGROUP GROUP h c COUNT 3 STREAMS s >
a< [["s" [* * *]]]
a> XACKDEL s g IDS 2 1-0 1-0
a< [1 -1]
a> XPENDING s h
a< [3 "1-0" "3-0" [["c" "3"]]]
a> XACKDEL s g DELREF IDS 1 2-0
a< [1]
a> XPENDING s h
a< [2 "1-0" "3-0" [["c" "2"]]]
a> XACKDEL s g ACKED IDS 2 3-0 4-0
a< [2 2]
a> XACKDEL s h ACKED IDS 2 1-0 3-0
a< [1 1]
a> XLEN s
a< 1
a> XACKDEL nokey g IDS 2 x y
a< [-1 -1]
a> XACKDEL s nope IDS 1 x
a< [-1]
a> XACKDEL s g IDS 1 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XACKDEL s g IDS 0 1-0
a< (error) ERR Number of IDs must be a positive integer
a> XACKDEL s g IDS 2 1-0
a< (error) ERR The `numids` parameter must match the number of arguments
a> XACKDEL s g IDS 1 1-0 2-0
a< (error) ERR syntax error
a> XACKDEL s g KEEPREF DELREF 1 1-0
a< (error) ERR syntax error
a> XACKDEL s g KEEPREF KEEPREF KEEPREF
a< (error) ERR syntax error
a> SET text x
a< OK
a> XACKDEL text g IDS 1 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XACKDEL s g IDS
a< (error) ERR wrong number of arguments for 'xackdel' command
