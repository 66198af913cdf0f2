a> SADD a 1 2 3 x
a< 4
a> SADD b 2 3 4 y
a< 4
a> SADD c 3 4 5 x y
a< 5
a> SADD i 1 2 3
a< 3
a> SADD j 2 3 4
a< 3
a> SDIFFCARD 1 a
a< 4
a> SDIFFCARD 2 a b
a< 2
a> SDIFFCARD 3 a b c
a< 1
a> SDIFFCARD 2 a a
a< 0
a> SDIFFCARD 2 none a
a< 0
a> SDIFFCARD 2 a none LIMIT 3
a< 3
a> SDIFFCARD 2 a b LIMIT 1
a< 1
a> SDIFFCARD 2 a b limit 0
a< 2
a> SDIFFCARD 1 a APPROX
a< (error) ERR syntax error
# errors
a> SDIFFCARD 1
a< (error) ERR wrong number of arguments for 'sdiffcard' command
a> SDIFFCARD 0 a
a< (error) ERR numkeys should be greater than 0
a> SDIFFCARD x a
a< (error) ERR numkeys should be greater than 0
a> SDIFFCARD -1 a
a< (error) ERR numkeys should be greater than 0
a> SDIFFCARD 2 a
a< (error) ERR Number of keys can't be greater than number of args
a> SDIFFCARD 1 a LIMIT
a< (error) ERR syntax error
a> SDIFFCARD 1 a LIMIT -1
a< (error) ERR LIMIT can't be negative
a> SDIFFCARD 1 a LIMIT x
a< (error) ERR LIMIT can't be negative
a> SDIFFCARD 1 a b
a< (error) ERR syntax error
a> SDIFFCARD 1 a LIMIT 1 b
a< (error) ERR syntax error
a> SET k v
a< OK
a> SDIFFCARD 2 none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SDIFFCARD 1 k LIMIT -1
a< (error) ERR LIMIT can't be negative
