oracle
a> ZADD a 1 x 2 y 3 z
a< 3
a> ZADD b 10 y 20 z 30 w
a< 3
a> ZINTER 2 a b
a< ["y" "z"]
a> ZINTER 2 a b WITHSCORES
a< ["y" "12" "z" "23"]
a> ZINTER 2 a b WEIGHTS 2 -1 WITHSCORES
a< ["z" "-14" "y" "-6"]
a> ZINTER 2 a b WEIGHTS 1 0.5 AGGREGATE MIN WITHSCORES
a< ["y" "2" "z" "3"]
a> ZINTER 2 a b AGGREGATE MAX WITHSCORES
a< ["y" "10" "z" "20"]
a> ZINTER 2 a a WITHSCORES
a< ["x" "2" "y" "4" "z" "6"]
a> ZINTER 2 a none
a< []
a> ZINTER 1 none
a< []
a> SADD s x z
a< 2
a> ZINTER 2 a s WITHSCORES
a< ["x" "2" "z" "4"]
a> ZINTER 3 a s b WEIGHTS 1 2 3 WITHSCORES
a< ["z" "65"]
resp3 c
c> ZINTER 2 a b
c< ["y" "z"]
c> ZINTER 2 a b WITHSCORES
c< [["y" ,12] ["z" ,23]]
a> ZINTER 0 a
a< (error) ERR at least 1 input key is needed for 'zinter' command
a> ZINTER x a
a< (error) ERR value is not an integer or out of range
a> ZINTER 3 a b
a< (error) ERR syntax error
a> ZINTER 2 a b WEIGHTS 1 x
a< (error) ERR weight value is not a float
a> ZINTER 2 a b AGGREGATE nonsense
a< (error) ERR syntax error
a> ZINTER 2 a b LIMIT 1
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZINTER 2 a text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZINTER 2
a< (error) ERR wrong number of arguments for 'zinter' command
only ours
a> ZINTER 2 a b AGGREGATE COUNT WITHSCORES
a< ["y" "2" "z" "2"]
a> ZINTER 2 a b WEIGHTS 2 3 AGGREGATE COUNT WITHSCORES
a< ["y" "5" "z" "5"]
end
