oracle
a> MSET a 1 b 2
a< OK
a> MGET a b
a< ["1" "2"]
a> SET a v EX 100
a< OK
a> XADD l 1-1 f v
a< "1-1"
a> MSET a 3 l 4 a 5
a< OK
a> MGET a l
a< ["5" "4"]
a> TTL a
a< -1
a> MSET
a< (error) ERR wrong number of arguments for 'mset' command
a> MSET a
a< (error) ERR wrong number of arguments for 'mset' command
a> MSET a 1 b
a< (error) ERR wrong number of arguments for 'mset' command
a> GET a
a< "5"
