oracle
a> GETSET k v
a< (nil)
a> GETSET k w
a< "v"
a> SET k v EX 100
a< OK
a> GETSET k 5
a< "v"
a> TTL k
a< -1
a> GET k
a< "5"
a> XADD l 1-1 f v
a< "1-1"
a> GETSET l v
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> TYPE l
a< stream
a> GETSET k
a< (error) ERR wrong number of arguments for 'getset' command
