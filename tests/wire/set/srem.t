oracle
a> SREM s a
a< 0
a> SADD s a b c 1 2
a< 5
a> SREM s a x 1
a< 2
a> SREM s a
a< 0
a> SREM s b b c
a< 2
a> SMEMBERS s
a< ["2"]
a> SREM s 02
a< 0
a> SREM s 2 3 4
a< 1
a> EXISTS s
a< 0
a> SADD i 1 2 3
a< 3
a> SREM i 2 x 2.0
a< 1
a> SMEMBERS i
a< ["1" "3"]
# errors
a> SREM s
a< (error) ERR wrong number of arguments for 'srem' command
a> SET k v
a< OK
a> SREM k a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
