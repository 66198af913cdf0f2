oracle
a> ZADD z 0 a 0 b 0 c 0 d 0 e
a< 5
a> ZREMRANGEBYLEX z (a [c
a< 2
a> ZRANGE z 0 -1
a< ["a" "d" "e"]
a> ZREMRANGEBYLEX z [x +
a< 0
a> ZREMRANGEBYLEX z + -
a< 0
a> ZREMRANGEBYLEX z - +
a< 3
a> EXISTS z
a< 0
a> ZREMRANGEBYLEX none - +
a< 0
a> ZREMRANGEBYLEX z x +
a< (error) ERR min or max not valid string range item
a> SET text x
a< OK
a> ZREMRANGEBYLEX text - +
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREMRANGEBYLEX z -
a< (error) ERR wrong number of arguments for 'zremrangebylex' command
