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
a> SUNIONCARD 1 a
a< 4
a> SUNIONCARD 2 a b
a< 6
a> SUNIONCARD 3 a b c
a< 7
a> SUNIONCARD 2 a none
a< 4
a> SUNIONCARD 1 none
a< 0
a> SUNIONCARD 2 a a
a< 4
a> SUNIONCARD 3 a b c LIMIT 5
a< 5
a> SUNIONCARD 3 a b c LIMIT 3
a< 3
a> SUNIONCARD 1 a limit 0
a< 4
a> SUNIONCARD 1 a LIMIT 3
a< 3
# an estimate is allowed to be exact
a> SUNIONCARD 3 a b c APPROX
a< 7
a> SUNIONCARD 3 a b c approx LIMIT 2
a< 2
a> SUNIONCARD 3 a b c LIMIT 2 APPROX
a< 2
# errors
a> SUNIONCARD 1
a< (error) ERR wrong number of arguments for 'sunioncard' command
a> SUNIONCARD 0 a
a< (error) ERR numkeys should be greater than 0
a> SUNIONCARD x a
a< (error) ERR numkeys should be greater than 0
a> SUNIONCARD -1 a
a< (error) ERR numkeys should be greater than 0
a> SUNIONCARD 2 a
a< (error) ERR Number of keys can't be greater than number of args
a> SUNIONCARD 1 a LIMIT
a< (error) ERR syntax error
a> SUNIONCARD 1 a LIMIT -1
a< (error) ERR LIMIT can't be negative
a> SUNIONCARD 1 a LIMIT x
a< (error) ERR LIMIT can't be negative
a> SUNIONCARD 1 a b
a< (error) ERR syntax error
a> SUNIONCARD 1 a LIMIT 1 b
a< (error) ERR syntax error
a> SET k v
a< OK
a> SUNIONCARD 2 none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SUNIONCARD 1 k LIMIT -1
a< (error) ERR LIMIT can't be negative
