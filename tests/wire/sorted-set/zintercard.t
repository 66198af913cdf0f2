oracle
a> ZADD a 1 x 2 y 3 z
a< 3
a> ZADD b 10 y 20 z 30 w
a< 3
a> SADD s z
a< 1
a> ZINTERCARD 2 a b
a< 2
a> ZINTERCARD 1 a
a< 3
a> ZINTERCARD 3 a b s
a< 1
a> ZINTERCARD 2 a none
a< 0
a> ZINTERCARD 2 a b LIMIT 1
a< 1
a> ZINTERCARD 2 a b LIMIT 0
a< 2
a> ZINTERCARD 2 a b limit 10
a< 2
a> ZINTERCARD 2 a b LIMIT -1
a< (error) ERR LIMIT can't be negative
a> ZINTERCARD 2 a b LIMIT x
a< (error) ERR LIMIT can't be negative
a> ZINTERCARD 2 a b LIMIT
a< (error) ERR syntax error
a> ZINTERCARD 2 a b WEIGHTS 1 2
a< (error) ERR syntax error
a> ZINTERCARD 2 a b WITHSCORES
a< (error) ERR syntax error
a> ZINTERCARD 0 a
a< (error) ERR at least 1 input key is needed for 'zintercard' command
a> ZINTERCARD x a
a< (error) ERR value is not an integer or out of range
a> ZINTERCARD 3 a b
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZINTERCARD 2 a text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZINTERCARD 2
a< (error) ERR wrong number of arguments for 'zintercard' command
