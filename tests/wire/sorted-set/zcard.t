oracle
a> ZCARD z
a< 0
a> ZADD z 1 a 2 b
a< 2
a> ZCARD z
a< 2
a> SET text x
a< OK
a> ZCARD text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZCARD
a< (error) ERR wrong number of arguments for 'zcard' command
a> ZCARD a b
a< (error) ERR wrong number of arguments for 'zcard' command
