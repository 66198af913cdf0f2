oracle
a> SETEX k 100 v
a< OK
a> TTL k
a< 100
a> GET k
a< "v"
a> XADD l 1-1 f v
a< "1-1"
a> SETEX l 100 v
a< OK
a> TYPE l
a< string
a> SETEX k 0 v
a< (error) ERR invalid expire time in 'setex' command
a> SETEX k -1 v
a< (error) ERR invalid expire time in 'setex' command
a> SETEX k x v
a< (error) ERR value is not an integer or out of range
a> SETEX k 9223372036854775807 v
a< (error) ERR invalid expire time in 'setex' command
a> SETEX k 9223372036854775 v
a< (error) ERR invalid expire time in 'setex' command
a> GET k
a< "v"
a> SETEX k 100
a< (error) ERR wrong number of arguments for 'setex' command
