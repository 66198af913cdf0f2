oracle
a> SET k "Hello World"
a< OK
a> SETRANGE k 6 Redis
a< 11
a> GET k
a< "Hello Redis"
a> SETRANGE k 0 J
a< 11
a> GET k
a< "Jello Redis"
a> SETRANGE k 13 x
a< 14
a> GET k
a< "Jello Redis\x00\x00x"
a> SETRANGE none 0 ""
a< 0
a> EXISTS none
a< 0
a> SETRANGE none 5 ""
a< 0
a> SETRANGE none 3 abc
a< 6
a> GET none
a< "\x00\x00\x00abc"
a> SET n 1234
a< OK
a> SETRANGE n 1 9
a< 4
a> GET n
a< "1934"
a> OBJECT ENCODING n
a< "raw"
a> SET n 1234
a< OK
a> SETRANGE n 9 ""
a< 4
a> OBJECT ENCODING n
a< "int"
a> SET t v EX 100
a< OK
a> SETRANGE t 1 w
a< 2
a> TTL t
a< 100
a> SETRANGE k -1 x
a< (error) ERR offset is out of range
a> SETRANGE k x x
a< (error) ERR value is not an integer or out of range
a> SETRANGE k 99999999999999999999 x
a< (error) ERR value is not an integer or out of range
a> SETRANGE k 536870912 x
a< (error) ERR string exceeds maximum allowed size (proto-max-bulk-len)
a> SETRANGE k 536870911 xx
a< (error) ERR string exceeds maximum allowed size (proto-max-bulk-len)
a> SETRANGE k 9223372036854775807 x
a< (error) ERR string exceeds maximum allowed size (proto-max-bulk-len)
a> SETRANGE none2 536870912 x
a< (error) ERR string exceeds maximum allowed size (proto-max-bulk-len)
a> EXISTS none2
a< 0
a> STRLEN k
a< 14
a> XADD l 1-1 f v
a< "1-1"
a> SETRANGE l 0 x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SETRANGE l 0 ""
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SETRANGE l -1 x
a< (error) ERR offset is out of range
a> SETRANGE k 0
a< (error) ERR wrong number of arguments for 'setrange' command
