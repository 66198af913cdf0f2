oracle
a> SISMEMBER s a
a< 0
a> SADD s a 5
a< 2
a> SISMEMBER s a
a< 1
a> SISMEMBER s b
a< 0
a> SISMEMBER s 5
a< 1
a> SADD i 1 70000 5000000000
a< 3
a> SISMEMBER i 70000
a< 1
a> SISMEMBER i 5000000000
a< 1
a> SISMEMBER i 2
a< 0
a> SISMEMBER i x
a< 0
a> SISMEMBER s
a< (error) ERR wrong number of arguments for 'sismember' command
a> SISMEMBER s a b
a< (error) ERR wrong number of arguments for 'sismember' command
a> SET k v
a< OK
a> SISMEMBER k a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
