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
a> SINTERSTORE d a b
a< 2
a> SMEMBERS d
a< ~unordered ["2" "3"]
a> SINTERSTORE d a b none
a< 0
a> EXISTS d
a< 0
a> SINTERSTORE a a b c
a< 1
a> SMEMBERS a
a< ["3"]
# errors
a> SINTERSTORE d
a< (error) ERR wrong number of arguments for 'sinterstore' command
a> SADD d old
a< 1
a> SET k v
a< OK
a> SINTERSTORE d a k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SINTERSTORE d none k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SMEMBERS d
a< ["old"]
# a destination of any type is replaced, or goes when there is nothing to store
a> EXPIRE k 100
a< 1
a> SINTERSTORE k i
a< 3
a> TTL k
a< -1
a> SMEMBERS k
a< ~unordered ["1" "2" "3"]
a> SET k v
a< OK
a> SINTERSTORE k none
a< 0
a> EXISTS k
a< 0
a> SINTERSTORE k none
a< 0
