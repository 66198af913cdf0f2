oracle
a> ZADD z 1 a 2 b 3 c 4 d 5 e
a< 5
a> ZREMRANGEBYRANK z 1 2
a< 2
a> ZRANGE z 0 -1
a< ["a" "d" "e"]
a> ZREMRANGEBYRANK z -1 -1
a< 1
a> ZREMRANGEBYRANK z 5 9
a< 0
a> ZREMRANGEBYRANK z 1 0
a< 0
a> ZRANGE z 0 -1
a< ["a" "d"]
a> ZREMRANGEBYRANK z 0 -1
a< 2
a> EXISTS z
a< 0
a> ZREMRANGEBYRANK none 0 -1
a< 0
a> ZREMRANGEBYRANK z x 1
a< (error) ERR value is not an integer or out of range
a> SET text x
a< OK
a> ZREMRANGEBYRANK text 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREMRANGEBYRANK text x 1
a< (error) ERR value is not an integer or out of range
a> ZREMRANGEBYRANK z 0
a< (error) ERR wrong number of arguments for 'zremrangebyrank' command
