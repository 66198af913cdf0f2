oracle
a> LSET k 0 a
a< (error) ERR no such key
a> RPUSH k a b c
a< 3
a> LSET k 0 x
a< OK
a> LSET k -1 z
a< OK
a> LSET k 1 42
a< OK
a> LRANGE k 0 -1
a< ["x" "42" "z"]
a> LSET k 3 q
a< (error) ERR index out of range
a> LSET k -4 q
a< (error) ERR index out of range
a> LSET k x q
a< (error) ERR value is not an integer or out of range
a> LSET none x q
a< (error) ERR no such key
a> LSET k -9223372036854775808 q
a< (error) ERR index out of range
a> SET s v
a< OK
a> LSET s 0 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LSET s x a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LSET k 0
a< (error) ERR wrong number of arguments for 'lset' command
# small to large and back
a> LSET k 1 ""
a< OK
a> LRANGE k 0 -1
a< ["x" "" "z"]
