oracle
a> ZADD z 1 a 2 b 2 c 3 d inf e -inf f
a< 6
a> ZRANGEBYSCORE z 1 2
a< ["a" "b" "c"]
a> ZRANGEBYSCORE z (1 2 WITHSCORES
a< ["b" "2" "c" "2"]
a> ZRANGEBYSCORE z -inf +inf
a< ["f" "a" "b" "c" "d" "e"]
a> ZRANGEBYSCORE z (-inf (+inf LIMIT 1 2
a< ["b" "c"]
a> ZRANGEBYSCORE z -inf +inf LIMIT 1 2 WITHSCORES
a< ["a" "1" "b" "2"]
a> ZRANGEBYSCORE z -inf +inf WITHSCORES LIMIT 4 -1
a< ["d" "3" "e" "inf"]
a> ZRANGEBYSCORE z 2 1
a< []
a> ZRANGEBYSCORE none 1 2
a< []
resp3 c
c> ZRANGEBYSCORE z 1 2 WITHSCORES
c< [["a" ,1] ["b" ,2] ["c" ,2]]
a> ZRANGEBYSCORE z bad 2
a< (error) ERR min or max is not a float
a> ZRANGEBYSCORE z 1 (nan
a< (error) ERR min or max is not a float
a> ZRANGEBYSCORE z 1 2 LIMIT 1
a< (error) ERR syntax error
a> ZRANGEBYSCORE z 1 2 LIMIT a b
a< (error) ERR value is not an integer or out of range
a> ZRANGEBYSCORE z 1 2 REV
a< (error) ERR syntax error
a> ZRANGEBYSCORE z 1 2 BYLEX
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZRANGEBYSCORE text 1 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZRANGEBYSCORE z 1
a< (error) ERR wrong number of arguments for 'zrangebyscore' command
# bounds beyond what a score can be
a> DEL extreme
a< 0
a> ZADD extreme -inf a 0 b 1 c inf d
a< 4
a> ZRANGEBYSCORE extreme -1e400 1e400
a< ["a" "b" "c" "d"]
a> ZRANGEBYSCORE extreme (-1e400 (1e400
a< ["b" "c"]
a> ZRANGEBYSCORE extreme 1e-400 1
a< ["b" "c"]
