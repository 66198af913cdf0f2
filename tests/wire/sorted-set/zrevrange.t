oracle
a> ZADD z 1 a 2 b 3 c 4 d 5 e
a< 5
a> ZREVRANGE z 0 -1
a< ["e" "d" "c" "b" "a"]
a> ZREVRANGE z 1 2 WITHSCORES
a< ["d" "4" "c" "3"]
a> ZREVRANGE z -2 -1
a< ["b" "a"]
a> ZREVRANGE none 0 -1
a< []
resp3 c
c> ZREVRANGE z 0 1 WITHSCORES
c< [["e" ,5] ["d" ,4]]
a> ZREVRANGE z 0 1 REV
a< (error) ERR syntax error
a> ZREVRANGE z 0 1 BYSCORE
a< (error) ERR syntax error
a> ZREVRANGE z 0 1 LIMIT 0 1
a< (error) ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX
a> ZREVRANGE z x 1
a< (error) ERR value is not an integer or out of range
a> SET text x
a< OK
a> ZREVRANGE text 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREVRANGE z 0
a< (error) ERR wrong number of arguments for 'zrevrange' command
