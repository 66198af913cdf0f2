oracle
a> DBSIZE
a< 0
a> MSET a 1 b 2 a 3
a< OK
a> DBSIZE
a< 2
a> SELECT 1
a< OK
a> DBSIZE
a< 0
a> SELECT 0
a< OK
a> DEL a
a< 1
a> DBSIZE
a< 1
a> DBSIZE x
a< (error) ERR wrong number of arguments for 'dbsize' command
