oracle
a> STRLEN k
a< 0
a> SET k hello
a< OK
a> STRLEN k
a< 5
a> SET k -1234
a< OK
a> STRLEN k
a< 5
a> SET k ""
a< OK
a> STRLEN k
a< 0
a> XADD l 1-1 f v
a< "1-1"
a> STRLEN l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> STRLEN
a< (error) ERR wrong number of arguments for 'strlen' command
a> STRLEN k k
a< (error) ERR wrong number of arguments for 'strlen' command
