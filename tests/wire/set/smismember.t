oracle
a> SMISMEMBER s a b
a< [0 0]
a> SADD s a 5
a< 2
a> SMISMEMBER s a b 5 a
a< [1 0 1 1]
a> SADD i 1 2
a< 2
a> SMISMEMBER i 1 x 3 2
a< [1 0 0 1]
resp3 b
b> SMISMEMBER i 1
b< [1]
a> SMISMEMBER s
a< (error) ERR wrong number of arguments for 'smismember' command
a> SET k v
a< OK
a> SMISMEMBER k a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
