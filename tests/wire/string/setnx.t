oracle
a> SETNX k v
a< 1
a> SETNX k w
a< 0
a> GET k
a< "v"
a> XADD l 1-1 f v
a< "1-1"
a> SETNX l v
a< 0
a> TYPE l
a< stream
a> SETNX
a< (error) ERR wrong number of arguments for 'setnx' command
a> SETNX k
a< (error) ERR wrong number of arguments for 'setnx' command
a> SETNX k v w
a< (error) ERR wrong number of arguments for 'setnx' command
