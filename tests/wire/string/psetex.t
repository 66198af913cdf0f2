oracle
a> PSETEX k 100000 v
a< OK
a> TTL k
a< 100
a> GET k
a< "v"
a> PSETEX k 0 v
a< (error) ERR invalid expire time in 'psetex' command
a> PSETEX k -1 v
a< (error) ERR invalid expire time in 'psetex' command
a> PSETEX k x v
a< (error) ERR value is not an integer or out of range
a> PSETEX k 9223372036854775807 v
a< (error) ERR invalid expire time in 'psetex' command
a> GET k
a< "v"
a> PSETEX k 100
a< (error) ERR wrong number of arguments for 'psetex' command
