oracle
a> TOUCH a
a< 0
a> MSET a 1 b 2
a< OK
a> TOUCH a b none a
a< 3
a> TOUCH
a< (error) ERR wrong number of arguments for 'touch' command
