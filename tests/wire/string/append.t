oracle
a> APPEND k hello
a< 5
a> APPEND k " world"
a< 11
a> GET k
a< "hello world"
a> APPEND k ""
a< 11
a> SET n 10
a< OK
a> OBJECT ENCODING n
a< "int"
a> APPEND n 5
a< 3
a> GET n
a< "105"
a> OBJECT ENCODING n
a< "raw"
a> INCR n
a< 106
# a new key gets its value as SET would give it
a> APPEND m 12
a< 2
a> OBJECT ENCODING m
a< "int"
a> APPEND e ""
a< 0
a> EXISTS e
a< 1
a> SET t v EX 100
a< OK
a> APPEND t w
a< 2
a> TTL t
a< 100
a> XADD l 1-1 f v
a< "1-1"
a> APPEND l y
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> APPEND k
a< (error) ERR wrong number of arguments for 'append' command
