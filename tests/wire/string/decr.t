oracle
a> DECR n
a< -1
a> DECR n
a< -2
a> GET n
a< "-2"
a> SET n -9223372036854775807
a< OK
a> DECR n
a< -9223372036854775808
a> DECR n
a< (error) ERR increment or decrement would overflow
a> GET n
a< "-9223372036854775808"
a> SET n x
a< OK
a> DECR n
a< (error) ERR value is not an integer or out of range
a> XADD l 1-1 f v
a< "1-1"
a> DECR l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> DECR
a< (error) ERR wrong number of arguments for 'decr' command
