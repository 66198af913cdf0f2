oracle
a> ZADD a 1 x 2 y 3 z
a< 3
a> ZADD b 10 y 20 w
a< 2
a> SADD s y z
a< 2
a> ZDIFFSTORE d 2 a b
a< 2
a> ZRANGE d 0 -1 WITHSCORES
a< ["x" "1" "z" "3"]
a> ZDIFFSTORE d 2 a s
a< 1
a> ZRANGE d 0 -1 WITHSCORES
a< ["x" "1"]
# onto one of the inputs
a> ZDIFFSTORE a 2 a b
a< 2
a> ZRANGE a 0 -1 WITHSCORES
a< ["x" "1" "z" "3"]
# type and expiry of the destination go
a> SET d x EX 100
a< OK
a> ZDIFFSTORE d 1 b
a< 2
a> TYPE d
a< zset
a> TTL d
a< -1
# nothing deletes it
a> ZDIFFSTORE d 1 none
a< 0
a> EXISTS d
a< 0
a> ZDIFFSTORE d 0 a
a< (error) ERR at least 1 input key is needed for 'zdiffstore' command
a> ZDIFFSTORE d x a
a< (error) ERR value is not an integer or out of range
a> ZDIFFSTORE d 3 a b
a< (error) ERR syntax error
a> ZDIFFSTORE d 1 a WITHSCORES
a< (error) ERR syntax error
a> ZDIFFSTORE d 2 a b WEIGHTS 1 2
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZDIFFSTORE d 2 a text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZDIFFSTORE d 2
a< (error) ERR wrong number of arguments for 'zdiffstore' command
