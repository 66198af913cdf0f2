oracle
a> ZADD a 1 x 2 y 3 z
a< 3
a> ZADD b 10 y 20 z 30 w
a< 3
a> ZUNION 2 a b
a< ["x" "y" "z" "w"]
a> ZUNION 2 a b WITHSCORES
a< ["x" "1" "y" "12" "z" "23" "w" "30"]
a> ZUNION 2 a b WEIGHTS 2 -1 WITHSCORES
a< ["w" "-30" "z" "-14" "y" "-6" "x" "2"]
a> ZUNION 2 a b WEIGHTS 1 0.5 AGGREGATE MIN WITHSCORES
a< ["x" "1" "y" "2" "z" "3" "w" "15"]
a> ZUNION 2 a b AGGREGATE max WITHSCORES
a< ["x" "1" "y" "10" "z" "20" "w" "30"]
a> ZUNION 2 a a AGGREGATE SUM WITHSCORES
a< ["x" "2" "y" "4" "z" "6"]
a> ZUNION 2 a none WITHSCORES
a< ["x" "1" "y" "2" "z" "3"]
a> ZUNION 1 none WITHSCORES
a< []
# infinities cancel out, and 0 times one is 0
a> ZADD p inf x inf y
a< 2
a> ZADD m -inf x 5 y
a< 2
a> ZUNION 2 p m WITHSCORES
a< ["x" "0" "y" "inf"]
a> ZUNION 2 p m WEIGHTS 0 1 WITHSCORES
a< ["x" "-inf" "y" "5"]
# plain sets count 1
a> SADD s x q
a< 2
a> ZUNION 2 a s WITHSCORES
a< ["q" "1" "x" "2" "y" "2" "z" "3"]
a> ZUNION 2 a s WEIGHTS 1 5 AGGREGATE MAX WITHSCORES
a< ["y" "2" "z" "3" "q" "5" "x" "5"]
a> SADD i 1 2 3
a< 3
a> ZUNION 2 i s WITHSCORES
a< ["1" "1" "2" "1" "3" "1" "q" "1" "x" "1"]
resp3 c
c> ZUNION 2 a b
c< ["x" "y" "z" "w"]
c> ZUNION 2 a b WITHSCORES
c< [["x" ,1] ["y" ,12] ["z" ,23] ["w" ,30]]
a> ZUNION 0 a
a< (error) ERR at least 1 input key is needed for 'zunion' command
a> ZUNION -1 a
a< (error) ERR at least 1 input key is needed for 'zunion' command
a> ZUNION x a
a< (error) ERR value is not an integer or out of range
a> ZUNION 3 a b
a< (error) ERR syntax error
a> ZUNION 2 a b nonsense
a< (error) ERR syntax error
a> ZUNION 2 a b WEIGHTS 1
a< (error) ERR syntax error
a> ZUNION 2 a b WEIGHTS 1 x
a< (error) ERR weight value is not a float
a> ZUNION 2 a b AGGREGATE
a< (error) ERR syntax error
a> ZUNION 2 a b AGGREGATE nonsense
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZUNION 2 a text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZUNION 2 a text nonsense
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZUNION 2
a< (error) ERR wrong number of arguments for 'zunion' command
only ours
# since 8.8: how many inputs have a member, or the sum of their weights
a> ZUNION 2 a b AGGREGATE COUNT WITHSCORES
a< ["w" "1" "x" "1" "y" "2" "z" "2"]
a> ZUNION 2 a b WEIGHTS 2 3.5 AGGREGATE COUNT WITHSCORES
a< ["x" "2" "w" "3.5" "y" "5.5" "z" "5.5"]
a> ZUNION 2 a s AGGREGATE count WITHSCORES
a< ["q" "1" "y" "1" "z" "1" "x" "2"]
end
