oracle
a> SPOP s
a< nil
a> SPOP s 3
a< []
a> SADD s a
a< 1
a> SPOP s
a< "a"
a> EXISTS s
a< 0
a> SADD s a b c
a< 3
a> SPOP s 0
a< []
a> SPOP s 2
a< [<str> <str>]
a> SCARD s
a< 1
a> SADD s a b c
a< 2
a> SPOP s 100
a< ~unordered ["a" "b" "c"]
a> EXISTS s
a< 0
a> SADD i 1 2 3 4 5
a< 5
a> SPOP i 3
a< [<str> <str> <str>]
a> SPOP i
a< <str>
a> SPOP i 1
a< [<str>]
a> EXISTS i
a< 0
resp3 b
b> SADD s a b
b< 2
b> SPOP s 1
b< ~[<str>]
b> SPOP s 0
b< ~[]
b> SPOP s 5
b< ~[<str>]
b> SPOP none
b< nil
b> SPOP none 2
b< ~[]
# errors
a> SADD s a
a< 1
a> SPOP s -1
a< (error) ERR value is out of range, must be positive
a> SPOP s x
a< (error) ERR value is out of range, must be positive
a> SPOP s 1 2
a< (error) ERR syntax error
a> SPOP
a< (error) ERR wrong number of arguments for 'spop' command
a> SET k v
a< OK
a> SPOP k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SPOP k 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SPOP k 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SPOP k -1
a< (error) ERR value is out of range, must be positive
