oracle
a> ZADD z 1 a 2 b 3 c 4 d
a< 4
a> ZREM z a
a< 1
a> ZREM z a nobody
a< 0
a> ZREM z b b c
a< 2
a> ZRANGE z 0 -1
a< ["d"]
a> ZREM z d e f
a< 1
a> EXISTS z
a< 0
a> ZREM z d
a< 0
a> SET text x
a< OK
a> ZREM text a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREM z
a< (error) ERR wrong number of arguments for 'zrem' command
