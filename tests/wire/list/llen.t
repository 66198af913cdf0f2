oracle
a> LLEN k
a< 0
a> RPUSH k a b c
a< 3
a> LLEN k
a< 3
a> SET s v
a< OK
a> LLEN s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LLEN
a< (error) ERR wrong number of arguments for 'llen' command
a> LLEN k k
a< (error) ERR wrong number of arguments for 'llen' command
