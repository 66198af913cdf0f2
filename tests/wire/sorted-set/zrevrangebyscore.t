oracle
a> ZADD z 1 a 2 b 2 c 3 d inf e -inf f
a< 6
a> ZREVRANGEBYSCORE z 2 1
a< ["c" "b" "a"]
a> ZREVRANGEBYSCORE z 2 (1 WITHSCORES
a< ["c" "2" "b" "2"]
a> ZREVRANGEBYSCORE z +inf -inf
a< ["e" "d" "c" "b" "a" "f"]
a> ZREVRANGEBYSCORE z +inf -inf LIMIT 1 2
a< ["d" "c"]
a> ZREVRANGEBYSCORE z +inf -inf WITHSCORES LIMIT 4 10
a< ["a" "1" "f" "-inf"]
a> ZREVRANGEBYSCORE z 1 2
a< []
a> ZREVRANGEBYSCORE none 2 1
a< []
resp3 c
c> ZREVRANGEBYSCORE z 2 1 WITHSCORES
c< [["c" ,2] ["b" ,2] ["a" ,1]]
a> ZREVRANGEBYSCORE z 2 bad
a< (error) ERR min or max is not a float
a> ZREVRANGEBYSCORE z 2 1 REV
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZREVRANGEBYSCORE text 2 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREVRANGEBYSCORE z 1
a< (error) ERR wrong number of arguments for 'zrevrangebyscore' command
