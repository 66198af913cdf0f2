# ARDELRANGE: ranges in either order; they cost what they hold.
a> ARSET k 0 a b c d e
a< 5
a> ARSET k 4611686018427387904 far
a< 1
a> ARDELRANGE k 3 1
a< 3
a> ARSCAN k 0 10
a< [[0 "a"] [4 "e"]]
a> ARDELRANGE k 5 4611686018427387903 0 0 0 0
a< 1
a> ARDELRANGE k 0 3 5 6
a< 0
a> ARDELRANGE k 1
a< (error) ERR wrong number of arguments for 'ardelrange' command
a> ARDELRANGE k 1 2 3
a< (error) ERR wrong number of arguments for 'ardelrange' command
a> ARDELRANGE k 0 9 0 18446744073709551615
a< (error) ERR invalid array index
a> ARCOUNT k
a< 2
a> ARDELRANGE k 0 18446744073709551614
a< 2
a> EXISTS k
a< 0
a> ARDELRANGE k 0 9
a< 0
