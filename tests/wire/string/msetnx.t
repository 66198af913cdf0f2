oracle
a> MSETNX a 1 b 2
a< 1
a> MSETNX b 3 c 4
a< 0
a> MGET a b c
a< ["1" "2" (nil)]
a> XADD l 1-1 f v
a< "1-1"
a> MSETNX l 1 m 2
a< 0
a> EXISTS m
a< 0
a> MSETNX d 1 d 2
a< 1
a> GET d
a< "2"
a> MSETNX
a< (error) ERR wrong number of arguments for 'msetnx' command
a> MSETNX a
a< (error) ERR wrong number of arguments for 'msetnx' command
a> MSETNX e 1 f
a< (error) ERR wrong number of arguments for 'msetnx' command
a> EXISTS e
a< 0
