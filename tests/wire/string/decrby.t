oracle
a> DECRBY n 5
a< -5
a> DECRBY n -7
a< 2
a> GET n
a< "2"
a> DECRBY n -9223372036854775808
a< (error) ERR decrement would overflow
a> DECRBY n 9223372036854775807
a< -9223372036854775805
a> DECRBY n 9223372036854775807
a< (error) ERR increment or decrement would overflow
a> GET n
a< "-9223372036854775805"
a> DECRBY n x
a< (error) ERR value is not an integer or out of range
a> SET s abc
a< OK
a> DECRBY s 1
a< (error) ERR value is not an integer or out of range
a> XADD l 1-1 f v
a< "1-1"
a> DECRBY l 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> DECRBY n
a< (error) ERR wrong number of arguments for 'decrby' command
