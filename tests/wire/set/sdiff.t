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
a> SDIFF a
a< ~unordered ["1" "2" "3" "x"]
a> SDIFF a b
a< ~unordered ["1" "x"]
a> SDIFF a b c
a< ["1"]
a> SDIFF i j
a< ["1"]
a> SDIFF a a
a< []
a> SDIFF none a
a< []
a> SDIFF a none
a< ~unordered ["1" "2" "3" "x"]
# members of others are taken away when that is less work
a> SADD s 1 2 3 4 5 6 7 8 9 10
a< 10
a> SADD t 1
a< 1
a> SDIFF s t t t t t i i i t
a< ~unordered ["4" "5" "6" "7" "8" "9" "10"]
a> SDIFF s t t t t t i i s i t
a< []
resp3 r
r> SDIFF a b
r< ~["1" "x"]
r> SDIFF none
r< ~[]
# errors: every key is looked at before anything else
a> SDIFF
a< (error) ERR wrong number of arguments for 'sdiff' command
a> SET k v
a< OK
a> SDIFF a k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SDIFF none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SDIFF k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
