oracle
a> ZADD z 1 a 2 b 3 c 4 d 5 e
a< 5
a> ZREMRANGEBYSCORE z (1 3
a< 2
a> ZRANGE z 0 -1
a< ["a" "d" "e"]
a> ZREMRANGEBYSCORE z 10 20
a< 0
a> ZREMRANGEBYSCORE z 5 4
a< 0
a> ZREMRANGEBYSCORE z -inf +inf
a< 3
a> EXISTS z
a< 0
a> ZREMRANGEBYSCORE none 1 2
a< 0
a> ZREMRANGEBYSCORE z x 1
a< (error) ERR min or max is not a float
a> SET text x
a< OK
a> ZREMRANGEBYSCORE text 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREMRANGEBYSCORE z 0
a< (error) ERR wrong number of arguments for 'zremrangebyscore' command
