oracle
a> HGET h a
a< nil
a> HSET h a 1 b text
a< 2
a> HGET h a
a< "1"
a> HGET h b
a< "text"
a> HGET h x
a< nil
resp3 b
b> HGET h x
b< nil
a> HGET h
a< (error) ERR wrong number of arguments for 'hget' command
a> SET s x
a< OK
a> HGET s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
