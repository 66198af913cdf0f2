oracle
a> ZADD z 1 a 1.5 b
a< 2
a> ZMSCORE z a b nobody a
a< ["1" "1.5" nil "1"]
a> ZMSCORE none a b
a< [nil nil]
resp3 c
c> ZMSCORE z a nobody b
c< [,1 nil ,1.5]
a> SET text x
a< OK
a> ZMSCORE text a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZMSCORE z
a< (error) ERR wrong number of arguments for 'zmscore' command
