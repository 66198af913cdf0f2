oracle
a> SET k "\x81\x01"
a< OK
a> GETBIT k 0
a< 1
a> GETBIT k 1
a< 0
a> GETBIT k 7
a< 1
a> GETBIT k 8
a< 0
a> GETBIT k 15
a< 1
a> GETBIT k 16
a< 0
a> GETBIT k 4294967295
a< 0
a> GETBIT none 0
a< 0
a> SET n 1
a< OK
a> GETBIT n 2
a< 1
a> GETBIT n 7
a< 1
a> OBJECT ENCODING n
a< "int"
a> GETBIT k 4294967296
a< (error) ERR bit offset is not an integer or out of range
a> GETBIT k -1
a< (error) ERR bit offset is not an integer or out of range
a> GETBIT k x
a< (error) ERR bit offset is not an integer or out of range
a> GETBIT k #0
a< (error) ERR bit offset is not an integer or out of range
a> XADD l 1-1 f v
a< "1-1"
a> GETBIT l 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GETBIT l x
a< (error) ERR bit offset is not an integer or out of range
a> GETBIT k
a< (error) ERR wrong number of arguments for 'getbit' command
a> GETBIT k 1 1
a< (error) ERR wrong number of arguments for 'getbit' command
