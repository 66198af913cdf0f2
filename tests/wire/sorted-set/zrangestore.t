oracle
a> ZADD z 1 a 2 b 3 c 4 d
a< 4
a> ZRANGESTORE d z 1 2
a< 2
a> ZRANGE d 0 -1 WITHSCORES
a< ["b" "2" "c" "3"]
a> ZRANGESTORE d z 0 1 REV
a< 2
a> ZRANGE d 0 -1 WITHSCORES
a< ["c" "3" "d" "4"]
a> ZRANGESTORE d z (1 3 BYSCORE
a< 2
a> ZRANGE d 0 -1 WITHSCORES
a< ["b" "2" "c" "3"]
a> ZRANGESTORE d z +inf -inf BYSCORE REV LIMIT 1 1
a< 1
a> ZRANGE d 0 -1 WITHSCORES
a< ["c" "3"]
a> ZADD l 7 a 7 b 7 c
a< 3
a> ZRANGESTORE d l [b + BYLEX
a< 2
a> ZRANGE d 0 -1 WITHSCORES
a< ["b" "7" "c" "7"]
# onto itself
a> ZRANGESTORE z z 2 3
a< 2
a> ZRANGE z 0 -1 WITHSCORES
a< ["c" "3" "d" "4"]
# the destination's type and expiry go
a> SET d x EX 100
a< OK
a> ZRANGESTORE d z 0 0
a< 1
a> TYPE d
a< zset
a> TTL d
a< -1
# nothing deletes the destination
a> ZRANGESTORE d z 5 9
a< 0
a> EXISTS d
a< 0
a> ZRANGESTORE d none 0 -1
a< 0
a> ZADD d 1 a
a< 1
a> ZRANGESTORE d none 0 -1
a< 0
a> EXISTS d
a< 0
a> ZRANGESTORE d z 0 1 WITHSCORES
a< (error) ERR syntax error
a> ZRANGESTORE d z 0 1 LIMIT 0 1
a< (error) ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX
a> ZRANGESTORE d z x 1
a< (error) ERR value is not an integer or out of range
a> ZRANGESTORE d z x y BYSCORE
a< (error) ERR min or max is not a float
a> ZRANGESTORE d z x y BYLEX
a< (error) ERR min or max not valid string range item
a> SET text x
a< OK
a> ZRANGESTORE d text 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZRANGESTORE d z 0
a< (error) ERR wrong number of arguments for 'zrangestore' command
