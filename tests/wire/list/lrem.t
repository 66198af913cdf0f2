oracle
a> LREM k 0 a
a< 0
a> RPUSH k a b a c a d a a
a< 8
a> LREM k 1 a
a< 1
a> LRANGE k 0 -1
a< ["b" "a" "c" "a" "d" "a" "a"]
a> LREM k -2 a
a< 2
a> LRANGE k 0 -1
a< ["b" "a" "c" "a" "d"]
a> LREM k 0 x
a< 0
a> LREM k -1 x
a< 0
a> LREM k 0 a
a< 2
a> LRANGE k 0 -1
a< ["b" "c" "d"]
a> LREM k 9223372036854775807 b
a< 1
a> LREM k -9223372036854775808 c
a< 1
a> LREM k 5 d
a< 1
a> EXISTS k
a< 0
a> RPUSH n 1 2 1 01 +1 1
a< 6
a> LREM n 0 1
a< 3
a> LRANGE n 0 -1
a< ["2" "01" "+1"]
a> LREM n x 1
a< (error) ERR value is not an integer or out of range
a> LREM none x 1
a< (error) ERR value is not an integer or out of range
a> SET s v
a< OK
a> LREM s 0 v
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LREM s x v
a< (error) ERR value is not an integer or out of range
a> LREM n 0
a< (error) ERR wrong number of arguments for 'lrem' command
