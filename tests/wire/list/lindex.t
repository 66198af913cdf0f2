oracle
a> LINDEX k 0
a< nil
a> RPUSH k a b c 4
a< 4
a> LINDEX k 0
a< "a"
a> LINDEX k 3
a< "4"
a> LINDEX k 4
a< nil
a> LINDEX k -1
a< "4"
a> LINDEX k -4
a< "a"
a> LINDEX k -5
a< nil
a> LINDEX k 9223372036854775807
a< nil
a> LINDEX k -9223372036854775808
a< nil
a> LINDEX k x
a< (error) ERR value is not an integer or out of range
a> LINDEX none x
a< nil
resp3 c
c> LINDEX k 9
c< nil
a> SET s v
a< OK
a> LINDEX s 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LINDEX s x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LINDEX k
a< (error) ERR wrong number of arguments for 'lindex' command
