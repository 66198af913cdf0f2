oracle
a> SET a 1 PXAT 4102444800123
a< OK
a> MOVE a 3
a< 1
a> EXISTS a
a< 0
a> SELECT 3
a< OK
a> GET a
a< "1"
a> PEXPIRETIME a
a< 4102444800123
a> SELECT 0
a< OK
a> MOVE a 3
a< 0
a> SET a 2
a< OK
a> MOVE a 3
a< 0
a> GET a
a< "2"
a> MOVE none 3
a< 0
a> MOVE a 0
a< (error) ERR source and destination objects are the same
a> MOVE none 0
a< (error) ERR source and destination objects are the same
a> MOVE a x
a< (error) ERR value is not an integer or out of range
a> MOVE a 16
a< (error) ERR DB index is out of range
a> MOVE a -1
a< (error) ERR DB index is out of range
a> MOVE a 99999999999
a< (error) ERR value is out of range, value must between -2147483648 and 2147483647
a> GET a
a< "2"
a> MOVE a
a< (error) ERR wrong number of arguments for 'move' command
