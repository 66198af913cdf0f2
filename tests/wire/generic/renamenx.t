oracle
a> SET a 1 PXAT 4102444800123
a< OK
a> RENAMENX a b
a< 1
a> PEXPIRETIME b
a< 4102444800123
a> SET c old
a< OK
a> RENAMENX b c
a< 0
a> MGET b c
a< ["1" "old"]
a> RENAMENX c c
a< 0
a> RENAMENX none x
a< (error) ERR no such key
a> RENAMENX none none
a< (error) ERR no such key
a> RENAMENX a
a< (error) ERR wrong number of arguments for 'renamenx' command
