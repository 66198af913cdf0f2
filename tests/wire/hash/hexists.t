oracle
a> HEXISTS h a
a< 0
a> HSET h a 1
a< 1
a> HEXISTS h a
a< 1
a> HEXISTS h x
a< 0
a> HEXISTS h
a< (error) ERR wrong number of arguments for 'hexists' command
a> SET s x
a< OK
a> HEXISTS s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
