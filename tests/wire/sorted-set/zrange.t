oracle
a> ZADD z 1 a 2 b 3 c 4 d 5 e
a< 5
a> ZRANGE z 0 -1
a< ["a" "b" "c" "d" "e"]
a> ZRANGE z 1 2
a< ["b" "c"]
a> ZRANGE z -2 -1
a< ["d" "e"]
a> ZRANGE z -100 1
a< ["a" "b"]
a> ZRANGE z 3 100
a< ["d" "e"]
a> ZRANGE z 3 2
a< []
a> ZRANGE z 5 9
a< []
a> ZRANGE z -9 -8
a< []
a> ZRANGE none 0 -1
a< []
a> ZRANGE z 0 1 WITHSCORES
a< ["a" "1" "b" "2"]
a> ZRANGE z 0 1 REV WITHSCORES
a< ["e" "5" "d" "4"]
a> ZRANGE z 0 1 REV
a< ["e" "d"]
# by score
a> ZRANGE z 2 4 BYSCORE
a< ["b" "c" "d"]
a> ZRANGE z (2 (5 BYSCORE WITHSCORES
a< ["c" "3" "d" "4"]
a> ZRANGE z 4 2 BYSCORE REV
a< ["d" "c" "b"]
a> ZRANGE z 2 4 BYSCORE REV
a< []
a> ZRANGE z +inf -inf BYSCORE REV LIMIT 1 2
a< ["d" "c"]
a> ZRANGE z -inf +inf BYSCORE LIMIT 1 2
a< ["b" "c"]
a> ZRANGE z -inf +inf BYSCORE LIMIT 2 -1
a< ["c" "d" "e"]
a> ZRANGE z -inf +inf BYSCORE LIMIT -1 2
a< []
a> ZRANGE z -inf +inf BYSCORE LIMIT 9 2
a< []
a> ZRANGE z -inf +inf BYSCORE LIMIT 0 0
a< []
# by bytes
a> ZADD l 0 a 0 b 0 c 0 d
a< 4
a> ZRANGE l - + BYLEX
a< ["a" "b" "c" "d"]
a> ZRANGE l [b (d BYLEX
a< ["b" "c"]
a> ZRANGE l (d [b BYLEX REV
a< ["c" "b"]
a> ZRANGE l + - BYLEX REV LIMIT 1 2
a< ["c" "b"]
a> ZRANGE l - + bylex limit 1 2
a< ["b" "c"]
resp3 c
c> ZRANGE z 0 1
c< ["a" "b"]
c> ZRANGE z 0 1 WITHSCORES
c< [["a" ,1] ["b" ,2]]
c> ZRANGE none 0 1 WITHSCORES
c< []
# errors, in their order
a> ZRANGE z 0 1 LIMIT 0 1
a< (error) ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX
a> ZRANGE z 0 1 LIMIT 0 -1
a< ["a" "b"]
a> ZRANGE z - + BYLEX WITHSCORES
a< (error) ERR syntax error, WITHSCORES not supported in combination with BYLEX
a> ZRANGE z 0 1 LIMIT 0
a< (error) ERR syntax error
a> ZRANGE z 0 1 LIMIT x 1
a< (error) ERR value is not an integer or out of range
a> ZRANGE z 0 1 BYSCORE LIMIT 0 x
a< (error) ERR value is not an integer or out of range
a> ZRANGE z 0 1 BYSCORE BYLEX
a< (error) ERR syntax error
a> ZRANGE z 0 1 BYLEX BYSCORE
a< (error) ERR syntax error
a> ZRANGE z 0 1 REV REV
a< (error) ERR syntax error
a> ZRANGE z 0 1 nonsense
a< (error) ERR syntax error
a> ZRANGE z x 1
a< (error) ERR value is not an integer or out of range
a> ZRANGE z 0 1.5
a< (error) ERR value is not an integer or out of range
a> ZRANGE z x y BYSCORE
a< (error) ERR min or max is not a float
a> ZRANGE z x y BYLEX
a< (error) ERR min or max not valid string range item
a> SET text x
a< OK
a> ZRANGE text 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZRANGE text x 1
a< (error) ERR value is not an integer or out of range
a> ZRANGE text 0 1 nonsense
a< (error) ERR syntax error
a> ZRANGE z 0
a< (error) ERR wrong number of arguments for 'zrange' command
