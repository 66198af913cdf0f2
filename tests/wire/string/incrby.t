oracle
a> INCRBY n 5
a< 5
a> INCRBY n -7
a< -2
a> INCRBY n 0
a< -2
a> GET n
a< "-2"
a> SET n 9223372036854775800
a< OK
a> INCRBY n 7
a< 9223372036854775807
a> INCRBY n 1
a< (error) ERR increment or decrement would overflow
a> SET n -9223372036854775800
a< OK
a> INCRBY n -8
a< -9223372036854775808
a> INCRBY n -1
a< (error) ERR increment or decrement would overflow
a> GET n
a< "-9223372036854775808"
a> INCRBY n 9223372036854775807
a< -1
a> SET n 5 PXAT 4102444800123
a< OK
a> INCRBY n 1
a< 6
a> PEXPIRETIME n
a< 4102444800123
a> INCRBY n x
a< (error) ERR value is not an integer or out of range
a> INCRBY n 1.5
a< (error) ERR value is not an integer or out of range
a> INCRBY n 9223372036854775808
a< (error) ERR value is not an integer or out of range
a> INCRBY n " 1"
a< (error) ERR value is not an integer or out of range
a> SET s abc
a< OK
a> INCRBY s 1
a< (error) ERR value is not an integer or out of range
a> XADD l 1-1 f v
a< "1-1"
a> INCRBY l 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> INCRBY l x
a< (error) ERR value is not an integer or out of range
a> INCRBY n
a< (error) ERR wrong number of arguments for 'incrby' command
