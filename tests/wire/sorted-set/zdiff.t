oracle
a> ZADD a 1 x 2 y 3 z 4 v
a< 4
a> ZADD b 10 y 20 w
a< 2
a> SADD s v
a< 1
a> ZDIFF 2 a b
a< ["x" "z" "v"]
a> ZDIFF 2 a b WITHSCORES
a< ["x" "1" "z" "3" "v" "4"]
a> ZDIFF 3 a b s WITHSCORES
a< ["x" "1" "z" "3"]
a> ZDIFF 1 a
a< ["x" "y" "z" "v"]
a> ZDIFF 2 a a
a< []
a> ZDIFF 2 none a
a< []
a> ZDIFF 2 a none
a< ["x" "y" "z" "v"]
a> ZDIFF 2 s a
a< []
resp3 c
c> ZDIFF 2 a b WITHSCORES
c< [["x" ,1] ["z" ,3] ["v" ,4]]
a> ZDIFF 0 a
a< (error) ERR at least 1 input key is needed for 'zdiff' command
a> ZDIFF x a
a< (error) ERR value is not an integer or out of range
a> ZDIFF 3 a b
a< (error) ERR syntax error
a> ZDIFF 2 a b WEIGHTS 1 2
a< (error) ERR syntax error
a> ZDIFF 2 a b AGGREGATE MAX
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZDIFF 2 a text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZDIFF 2
a< (error) ERR wrong number of arguments for 'zdiff' command
