oracle
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
a> SINTERCARD 1 a
a< 4
a> SINTERCARD 2 a b
a< 2
a> SINTERCARD 3 a b c
a< 1
a> SINTERCARD 2 a none
a< 0
a> SINTERCARD 1 none
a< 0
a> SINTERCARD 2 a b LIMIT 1
a< 1
a> SINTERCARD 2 a b limit 0
a< 2
a> SINTERCARD 2 a b LIMIT 100
a< 2
a> SINTERCARD 1 a LIMIT 3
a< 3
a> SINTERCARD 2 a b LIMIT 1 LIMIT 2
a< 2
# errors
a> SINTERCARD 1
a< (error) ERR wrong number of arguments for 'sintercard' command
a> SINTERCARD 0 a
a< (error) ERR numkeys should be greater than 0
a> SINTERCARD x a
a< (error) ERR numkeys should be greater than 0
a> SINTERCARD -1 a
a< (error) ERR numkeys should be greater than 0
a> SINTERCARD 2 a
a< (error) ERR Number of keys can't be greater than number of args
a> SINTERCARD 1 a LIMIT
a< (error) ERR syntax error
a> SINTERCARD 1 a LIMIT -1
a< (error) ERR LIMIT can't be negative
a> SINTERCARD 1 a LIMIT x
a< (error) ERR LIMIT can't be negative
a> SINTERCARD 1 a b
a< (error) ERR syntax error
a> SINTERCARD 1 a LIMIT 1 b
a< (error) ERR syntax error
a> SET k v
a< OK
a> SINTERCARD 2 none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SINTERCARD 1 k LIMIT -1
a< (error) ERR LIMIT can't be negative
