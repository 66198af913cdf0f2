oracle
a> HMSET h a 1 b 2
a< OK
a> HMSET h a 3
a< OK
a> HMGET h a b
a< ["3" "2"]
a> HMSET h a
a< (error) ERR wrong number of arguments for 'hmset' command
a> HMSET h a 1 b
a< (error) ERR wrong number of arguments for 'hmset' command
a> SET s x
a< OK
a> HMSET s a 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
