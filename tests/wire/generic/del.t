oracle
a> MSET a 1 b 2
a< OK
a> XADD l 1-1 f v
a< "1-1"
a> DEL a none l
a< 2
a> EXISTS a b l
a< 1
a> DEL a
a< 0
a> DEL b b
a< 1
a> DEL
a< (error) ERR wrong number of arguments for 'del' command
