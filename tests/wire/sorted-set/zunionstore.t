oracle
a> ZADD a 1 x 2 y 3 z
a< 3
a> ZADD b 10 y 20 w
a< 2
a> SADD s y z
a< 2
a> ZUNIONSTORE d 2 a b
a< 4
a> ZRANGE d 0 -1 WITHSCORES
a< ["x" "1" "z" "3" "y" "12" "w" "20"]
a> ZUNIONSTORE d 2 a s
a< 3
a> ZRANGE d 0 -1 WITHSCORES
a< ["x" "1" "y" "3" "z" "4"]
a> ZUNIONSTORE d 2 a b WEIGHTS 2 3 AGGREGATE MAX
a< 4
a> ZRANGE d 0 -1 WITHSCORES
a< ["x" "2" "z" "6" "y" "30" "w" "60"]
a> ZUNIONSTORE d 2 a b AGGREGATE MIN WEIGHTS 2 3
a< 4
a> ZRANGE d 0 -1 WITHSCORES
a< ["x" "2" "y" "4" "z" "6" "w" "60"]
only ours
a> ZUNIONSTORE d 2 a b AGGREGATE COUNT
a< 4
a> ZRANGE d 0 -1 WITHSCORES
a< ["w" "1" "x" "1" "z" "1" "y" "2"]
end
# onto one of the inputs
a> ZUNIONSTORE a 2 a b
a< 4
a> ZRANGE a 0 -1 WITHSCORES
a< ["x" "1" "z" "3" "y" "12" "w" "20"]
# type and expiry of the destination go
a> SET d x EX 100
a< OK
a> ZUNIONSTORE d 1 b
a< 2
a> TYPE d
a< zset
a> TTL d
a< -1
# nothing deletes it
a> ZUNIONSTORE d 1 none
a< 0
a> EXISTS d
a< 0
a> ZUNIONSTORE d 0 a
a< (error) ERR at least 1 input key is needed for 'zunionstore' command
a> ZUNIONSTORE d x a
a< (error) ERR value is not an integer or out of range
a> ZUNIONSTORE d 3 a b
a< (error) ERR syntax error
a> ZUNIONSTORE d 1 a WITHSCORES
a< (error) ERR syntax error
a> ZUNIONSTORE d 2 a b WEIGHTS 1 x
a< (error) ERR weight value is not a float
a> ZUNIONSTORE d 2 a b WEIGHTS 1
a< (error) ERR syntax error
a> ZUNIONSTORE d 2 a b AGGREGATE nonsense
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZUNIONSTORE d 2 a text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZUNIONSTORE d 2
a< (error) ERR wrong number of arguments for 'zunionstore' command
