oracle
a> EXISTS a
a< 0
a> SET a 1
a< OK
a> EXISTS a
a< 1
a> EXISTS a a none a
a< 3
a> XADD l 1-1 f v
a< "1-1"
a> EXISTS l a
a< 2
a> EXISTS
a< (error) ERR wrong number of arguments for 'exists' command
