oracle
a> MSET a 1 b 2
a< OK
a> XADD l 1-1 f v
a< "1-1"
a> UNLINK a none l
a< 2
a> EXISTS a b l
a< 1
a> UNLINK b b
a< 1
a> UNLINK
a< (error) ERR wrong number of arguments for 'unlink' command
