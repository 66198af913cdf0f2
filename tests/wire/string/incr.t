oracle
a> INCR n
a< 1
a> INCR n
a< 2
a> GET n
a< "2"
a> OBJECT ENCODING n
a< "int"
a> SET n 9223372036854775806
a< OK
a> INCR n
a< 9223372036854775807
a> INCR n
a< (error) ERR increment or decrement would overflow
a> GET n
a< "9223372036854775807"
a> SET n -1
a< OK
a> INCR n
a< 0
a> SET n 5 PXAT 4102444800123
a< OK
a> INCR n
a< 6
a> PEXPIRETIME n
a< 4102444800123
a> SET n " 5"
a< OK
a> INCR n
a< (error) ERR value is not an integer or out of range
a> SET n "5 "
a< OK
a> INCR n
a< (error) ERR value is not an integer or out of range
a> SET n +5
a< OK
a> INCR n
a< (error) ERR value is not an integer or out of range
a> SET n 05
a< OK
a> INCR n
a< (error) ERR value is not an integer or out of range
a> SET n 1.5
a< OK
a> INCR n
a< (error) ERR value is not an integer or out of range
a> SET n ""
a< OK
a> INCR n
a< (error) ERR value is not an integer or out of range
a> SET n 9223372036854775808
a< OK
a> INCR n
a< (error) ERR value is not an integer or out of range
a> GET n
a< "9223372036854775808"
a> XADD l 1-1 f v
a< "1-1"
a> INCR l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> INCR
a< (error) ERR wrong number of arguments for 'incr' command
a> INCR n 5
a< (error) ERR wrong number of arguments for 'incr' command
