oracle
a> ZADD z 1 a 1.5 b inf c -inf d 1e20 e 12345678901234 f -0.25 g
a< 7
a> ZSCORE z a
a< "1"
a> ZSCORE z b
a< "1.5"
a> ZSCORE z c
a< "inf"
a> ZSCORE z d
a< "-inf"
a> ZSCORE z e
a< "1e+20"
a> ZSCORE z f
a< "12345678901234"
a> ZSCORE z g
a< "-0.25"
a> ZSCORE z nobody
a< nil
a> ZSCORE none a
a< nil
resp3 c
c> ZSCORE z a
c< ,1
c> ZSCORE z b
c< ,1.5
c> ZSCORE z c
c< ,inf
c> ZSCORE z d
c< ,-inf
c> ZSCORE z nobody
c< nil
a> SET text x
a< OK
a> ZSCORE text a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZSCORE z
a< (error) ERR wrong number of arguments for 'zscore' command
a> ZSCORE z a b
a< (error) ERR wrong number of arguments for 'zscore' command
only ours
# the shortest text that reads back as the same number
a> ZADD z 0.1 h 3.3 i 5e-324 j
a< 3
a> ZMSCORE z h i j
a< ["0.1" "3.3" "5e-324"]
end
