# ARSEEK: moves the cursor of an array that is there; the one command with an index of 2^64 - 1.
a> ARSEEK k 5
a< 0
a> EXISTS k
a< 0
a> ARINSERT k a b
a< 1
a> ARSEEK k 10
a< 1
a> ARINSERT k c
a< 10
a> ARNEXT k
a< 11
a> ARCOUNT k
a< 3
a> ARSEEK k 18446744073709551615
a< 1
a> ARNEXT k
a< nil
a> ARINSERT k d
a< (error) ERR insert index overflow
a> ARSEEK k 18446744073709551616
a< (error) ERR invalid array index
a> ARSEEK k -1
a< (error) ERR invalid array index
a> ARSEEK k
a< (error) ERR wrong number of arguments for 'arseek' command
a> SET s v
a< OK
a> ARSEEK s 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
