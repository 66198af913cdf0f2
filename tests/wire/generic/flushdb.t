oracle
a> MSET a 1 b 2
a< OK
a> SELECT 1
a< OK
a> SET a 1
a< OK
a> FLUSHDB
a< OK
a> DBSIZE
a< 0
a> SELECT 0
a< OK
a> DBSIZE
a< 2
a> FLUSHDB SYNC
a< OK
a> DBSIZE
a< 0
a> SET a 1
a< OK
a> FLUSHDB async
a< OK
a> DBSIZE
a< 0
a> FLUSHDB
a< OK
a> SET a 1
a< OK
a> FLUSHDB bogus
a< (error) ERR syntax error
a> FLUSHDB SYNC ASYNC
a< (error) ERR syntax error
a> DBSIZE
a< 1
