oracle
a> SETBIT k 7 1
a< 0
a> GET k
a< "\x01"
a> SETBIT k 7 0
a< 1
a> GET k
a< "\x00"
a> SETBIT k 20 1
a< 0
a> GET k
a< "\x00\x00\x08"
a> SETBIT k 7 0
a< 0
a> STRLEN k
a< 3
# A clear bit beyond the end makes the string longer all the same.
a> SETBIT k 40 0
a< 0
a> STRLEN k
a< 6
a> SETBIT none 9 0
a< 0
a> GET none
a< "\x00\x00"
a> OBJECT ENCODING none
a< "raw"
# An integer and a short string become plain bytes.
a> SET n 1234
a< OK
a> SETBIT n 0 1
a< 0
a> GET n
a< "\xb1234"
a> OBJECT ENCODING n
a< "raw"
a> SET e ab
a< OK
a> SETBIT e 0 0
a< 0
a> OBJECT ENCODING e
a< "raw"
a> SET s ab EX 100
a< OK
a> SETBIT s 15 1
a< 0
a> GET s
a< "ac"
a> TTL s
a< 100
a> SETBIT k -1 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT k x 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT k 4294967296 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT k 9223372036854775807 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT k 9223372036854775808 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT k #1 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT k 01 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT k 1 2
a< (error) ERR bit is not an integer or out of range
a> SETBIT k 1 -1
a< (error) ERR bit is not an integer or out of range
a> SETBIT k 1 x
a< (error) ERR bit is not an integer or out of range
a> SETBIT k 1 01
a< (error) ERR bit is not an integer or out of range
a> STRLEN k
a< 6
a> XADD l 1-1 f v
a< "1-1"
a> SETBIT l 1 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SETBIT l x 1
a< (error) ERR bit offset is not an integer or out of range
a> SETBIT l 1 2
a< (error) ERR bit is not an integer or out of range
a> SETBIT k 1
a< (error) ERR wrong number of arguments for 'setbit' command
a> SETBIT k 1 1 1
a< (error) ERR wrong number of arguments for 'setbit' command
