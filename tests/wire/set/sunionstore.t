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
a> SUNIONSTORE d a b
a< 6
a> SMEMBERS d
a< ~unordered ["1" "2" "3" "4" "x" "y"]
a> SUNIONSTORE d none
a< 0
a> EXISTS d
a< 0
a> SUNIONSTORE a a b c none
a< 7
a> SCARD a
a< 7
# errors
a> SUNIONSTORE d
a< (error) ERR wrong number of arguments for 'sunionstore' command
a> SADD d old
a< 1
a> SET k v
a< OK
a> SUNIONSTORE d a k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SUNIONSTORE d none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SMEMBERS d
a< ["old"]
# a destination of any type is replaced, or goes when there is nothing to store
a> EXPIRE k 100
a< 1
a> SUNIONSTORE k i
a< 3
a> TTL k
a< -1
a> SMEMBERS k
a< ~unordered ["1" "2" "3"]
a> SET k v
a< OK
a> SUNIONSTORE k none
a< 0
a> EXISTS k
a< 0
a> SUNIONSTORE k none
a< 0
