oracle
a> ZADD z 0 a 0 b 0 c 0 d 0 aa
a< 5
a> ZRANGEBYLEX z - +
a< ["a" "aa" "b" "c" "d"]
a> ZRANGEBYLEX z [aa (c
a< ["aa" "b"]
a> ZRANGEBYLEX z (aa [c
a< ["b" "c"]
a> ZRANGEBYLEX z - + LIMIT 1 2
a< ["aa" "b"]
a> ZRANGEBYLEX z - + LIMIT 3 -1
a< ["c" "d"]
a> ZRANGEBYLEX z + -
a< []
a> ZRANGEBYLEX z [c [a
a< []
a> ZRANGEBYLEX none - +
a< []
a> ZRANGEBYLEX z a +
a< (error) ERR min or max not valid string range item
a> ZRANGEBYLEX z - a
a< (error) ERR min or max not valid string range item
a> ZRANGEBYLEX z - + WITHSCORES
a< (error) ERR syntax error, WITHSCORES not supported in combination with BYLEX
a> ZRANGEBYLEX z - + LIMIT 1
a< (error) ERR syntax error
a> ZRANGEBYLEX z - + BYLEX
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZRANGEBYLEX text - +
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZRANGEBYLEX z -
a< (error) ERR wrong number of arguments for 'zrangebylex' command
