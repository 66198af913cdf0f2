oracle
a> HSTRLEN h a
a< 0
a> HSET h a 12345 b "" c "four"
a< 3
a> HSTRLEN h a
a< 5
a> HSTRLEN h b
a< 0
a> HSTRLEN h c
a< 4
a> HSTRLEN h x
a< 0
a> HSTRLEN h
a< (error) ERR wrong number of arguments for 'hstrlen' command
a> SET s x
a< OK
a> HSTRLEN s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
