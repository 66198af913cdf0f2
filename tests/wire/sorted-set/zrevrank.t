oracle
a> ZADD z 1 a 2 b 2 c 3 d
a< 4
a> ZREVRANK z a
a< 3
a> ZREVRANK z b
a< 2
a> ZREVRANK z c
a< 1
a> ZREVRANK z d
a< 0
a> ZREVRANK z nobody
a< nil
a> ZREVRANK none a
a< nil
a> SET text x
a< OK
a> ZREVRANK text a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZREVRANK z
a< (error) ERR wrong number of arguments for 'zrevrank' command
only ours
# since 7.2
a> ZREVRANK z c WITHSCORE
a< [1 "2"]
a> ZREVRANK z nobody WITHSCORE
a< nil-array
a> ZREVRANK none a withscore
a< nil-array
a> ZREVRANK z a WITHSCORES
a< (error) ERR syntax error
a> ZREVRANK z a WITHSCORE WITHSCORE
a< (error) ERR syntax error
a> ZREVRANK text a WITHSCORES
a< (error) ERR syntax error
resp3 c
c> ZREVRANK z c WITHSCORE
c< [1 ,2]
c> ZREVRANK z nobody WITHSCORE
c< nil
c> ZREVRANK z nobody
c< nil
end
