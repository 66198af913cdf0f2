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
a> SINTER a
a< ~unordered ["1" "2" "3" "x"]
a> SINTER a b
a< ~unordered ["2" "3"]
a> SINTER a b c
a< ["3"]
a> SINTER i j
a< ~unordered ["2" "3"]
a> SINTER a a
a< ~unordered ["1" "2" "3" "x"]
a> SINTER none
a< []
a> SINTER a none b
a< []
a> SINTER i c j
a< ["3"]
resp3 r
r> SINTER a b
r< ~["2" "3"]
r> SINTER none
r< ~[]
# errors: every key is looked at before anything else
a> SINTER
a< (error) ERR wrong number of arguments for 'sinter' command
a> SET k v
a< OK
a> SINTER a k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SINTER none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SINTER k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
