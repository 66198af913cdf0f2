oracle
a> ZADD z 1 a 2 b 2 c 3 d
a< 4
a> ZRANK z a
a< 0
a> ZRANK z b
a< 1
a> ZRANK z c
a< 2
a> ZRANK z d
a< 3
a> ZRANK z nobody
a< nil
a> ZRANK none a
a< nil
a> SET text x
a< OK
a> ZRANK text a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZRANK z
a< (error) ERR wrong number of arguments for 'zrank' command
only ours
# since 7.2
a> ZRANK z c WITHSCORE
a< [2 "2"]
a> ZRANK z nobody WITHSCORE
a< nil-array
a> ZRANK none a withscore
a< nil-array
a> ZRANK z a WITHSCORES
a< (error) ERR syntax error
a> ZRANK z a WITHSCORE WITHSCORE
a< (error) ERR syntax error
a> ZRANK text a WITHSCORES
a< (error) ERR syntax error
resp3 c
c> ZRANK z c WITHSCORE
c< [2 ,2]
c> ZRANK z nobody WITHSCORE
c< nil
c> ZRANK z nobody
c< nil
end
