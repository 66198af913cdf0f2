oracle
a> XLEN s
a< 0
a> EXISTS s
a< 0
a> XADD s 1-0 f v
a< "1-0"
a> XADD s 2-0 f v
a< "2-0"
a> XLEN s
a< 2
a> XDEL s 1
a< 1
a> XLEN s
a< 1
a> XDEL s 2
a< 1
a> XLEN s
a< 0
a> XADD s MAXLEN 1 3-0 f v
a< "3-0"
a> XADD s MAXLEN 1 4-0 f v
a< "4-0"
a> XLEN s
a< 1
a> DEL s
a< 1
a> XLEN s
a< 0
a> SET text x
a< OK
a> XLEN text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XLEN
a< (error) ERR wrong number of arguments for 'xlen' command
a> XLEN s s
a< (error) ERR wrong number of arguments for 'xlen' command
resp3 a
a> XLEN s
a< 0
