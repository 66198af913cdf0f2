oracle
a> MSET a 1 b 2
a< OK
a> SELECT 1
a< OK
a> SET a 1
a< OK
a> FLUSHALL
a< OK
a> DBSIZE
a< 0
a> SELECT 0
a< OK
a> DBSIZE
a< 0
a> SET a 1
a< OK
a> FLUSHALL SYNC
a< OK
a> SET a 1
a< OK
a> FLUSHALL async
a< OK
a> DBSIZE
a< 0
a> SET a 1
a< OK
a> FLUSHALL bogus
a< (error) ERR syntax error
a> FLUSHALL SYNC ASYNC
a< (error) ERR syntax error
a> DBSIZE
a< 1
