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
a> SUNION a
a< ~unordered ["1" "2" "3" "x"]
a> SUNION a b
a< ~unordered ["1" "2" "3" "4" "x" "y"]
a> SUNION a b c
a< ~unordered ["1" "2" "3" "4" "5" "x" "y"]
a> SUNION i j
a< ~unordered ["1" "2" "3" "4"]
a> SUNION i i i
a< ~unordered ["1" "2" "3"]
a> SUNION none
a< []
a> SUNION none i
a< ~unordered ["1" "2" "3"]
resp3 r
r> SUNION i j
r< ~["1" "2" "3" "4"]
r> SUNION none
r< ~[]
# errors: every key is looked at before anything else
a> SUNION
a< (error) ERR wrong number of arguments for 'sunion' command
a> SET k v
a< OK
a> SUNION a k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SUNION none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SUNION k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
