# ARGET: an element, or null.
a> ARSET k 3 v
a< 1
a> ARGET k 3
a< "v"
a> ARGET k 2
a< nil
a> ARGET k 18446744073709551614
a< nil
a> ARGET missing 0
a< nil
a> ARGET missing not-an-index
a< (error) ERR invalid array index
a> ARGET k 18446744073709551615
a< (error) ERR invalid array index
a> ARGET k
a< (error) ERR wrong number of arguments for 'arget' command
a> SET s v
a< OK
a> ARGET s 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ARGET s x
a< (error) ERR invalid array index
resp3 a
a> ARGET k 2
a< nil
