oracle
a> SET a 1 PXAT 4102444800123
a< OK
a> RENAME a b
a< OK
a> EXISTS a
a< 0
a> GET b
a< "1"
a> PEXPIRETIME b
a< 4102444800123
a> SET c old EX 100
a< OK
a> RENAME b c
a< OK
a> GET c
a< "1"
a> PEXPIRETIME c
a< 4102444800123
a> SET d v
a< OK
a> RENAME d c
a< OK
a> TTL c
a< -1
a> RENAME c c
a< OK
a> GET c
a< "v"
a> RENAME none c
a< (error) ERR no such key
a> RENAME none none
a< (error) ERR no such key
a> GET c
a< "v"
a> XADD l 1-1 f v
a< "1-1"
a> RENAME l c
a< OK
a> TYPE c
a< stream
a> RENAME a
a< (error) ERR wrong number of arguments for 'rename' command
a> RENAME a b c
a< (error) ERR wrong number of arguments for 'rename' command
