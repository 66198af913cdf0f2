oracle
a> SET a 1 PXAT 4102444800123
a< OK
a> COPY a b
a< 1
a> GET b
a< "1"
a> PEXPIRETIME b
a< 4102444800123
a> SET a 2
a< OK
a> GET b
a< "1"
a> COPY a b
a< 0
a> GET b
a< "1"
a> COPY a b REPLACE
a< 1
a> GET b
a< "2"
a> TTL b
a< -1
a> COPY none x
a< 0
a> EXISTS x
a< 0
a> COPY none b REPLACE
a< 0
a> GET b
a< "2"
# into another database
a> COPY a a DB 3
a< 1
a> COPY a z DB 3
a< 1
a> COPY a a DB 3
a< 0
a> COPY a a DB 3 REPLACE
a< 1
a> SELECT 3
a< OK
a> MGET a z
a< ["2" "2"]
a> COPY a a DB 0 replace
a< 1
a> SELECT 0
a< OK
a> GET a
a< "2"
a> COPY a y DB 1 DB 3
a< 1
a> SELECT 3
a< OK
a> EXISTS y
a< 1
a> SELECT 0
a< OK
a> XADD l 1-1 f v
a< "1-1"
a> COPY l m
a< 1
a> XADD l 1-2 f v
a< "1-2"
a> XLEN m
a< 1
# errors
a> COPY a a
a< (error) ERR source and destination objects are the same
a> COPY a a DB 0
a< (error) ERR source and destination objects are the same
a> COPY none none
a< (error) ERR source and destination objects are the same
a> COPY a b bogus
a< (error) ERR syntax error
a> COPY a b DB
a< (error) ERR syntax error
a> COPY a b DB x
a< (error) ERR value is not an integer or out of range
a> COPY a b DB 16
a< (error) ERR DB index is out of range
a> COPY a b DB -1
a< (error) ERR DB index is out of range
a> COPY a b DB 99999999999
a< (error) ERR value is out of range, value must between -2147483648 and 2147483647
a> COPY a
a< (error) ERR wrong number of arguments for 'copy' command
