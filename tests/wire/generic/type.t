oracle
a> TYPE none
a< none
a> SET k v
a< OK
a> TYPE k
a< string
a> SET n 5
a< OK
a> TYPE n
a< string
a> XADD x 1-1 f v
a< "1-1"
a> TYPE x
a< stream
a> XADD l 1-1 f v
a< "1-1"
a> TYPE l
a< stream
a> TYPE
a< (error) ERR wrong number of arguments for 'type' command
a> TYPE k k
a< (error) ERR wrong number of arguments for 'type' command
