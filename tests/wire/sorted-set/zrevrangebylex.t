oracle
a> ZADD z 0 a 0 b 0 c 0 d 0 aa
a< 5
a> ZREVRANGEBYLEX z + -
a< ["d" "c" "b" "aa" "a"]
a> ZREVRANGEBYLEX z (c [aa
a< ["b" "aa"]
a> ZREVRANGEBYLEX z [c (aa
a< ["c" "b"]
a> ZREVRANGEBYLEX z + - LIMIT 1 2
a< ["c" "b"]
a> ZREVRANGEBYLEX z - +
a< []
a> ZREVRANGEBYLEX none + -
a< []
a> ZREVRANGEBYLEX z a -
a< (error) ERR min or max not valid string range item
a> ZREVRANGEBYLEX z + - REV
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZREVRANGEBYLEX text + -
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREVRANGEBYLEX z -
a< (error) ERR wrong number of arguments for 'zrevrangebylex' command
