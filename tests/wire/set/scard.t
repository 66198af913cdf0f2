oracle
a> SCARD s
a< 0
a> SADD s a b 5
a< 3
a> SCARD s
a< 3
a> SADD i 1 2
a< 2
a> SCARD i
a< 2
a> SCARD
a< (error) ERR wrong number of arguments for 'scard' command
a> SET k v
a< OK
a> SCARD k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
