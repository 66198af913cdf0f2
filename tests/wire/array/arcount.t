# ARCOUNT: elements, not positions.
a> ARCOUNT missing
a< 0
a> ARMSET k 0 a 1000000 b
a< 2
a> ARCOUNT k
a< 2
a> SET s v
a< OK
a> ARCOUNT s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ARCOUNT
a< (error) ERR wrong number of arguments for 'arcount' command
