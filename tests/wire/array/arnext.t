# ARNEXT: where ARINSERT goes on.
a> ARNEXT missing
a< 0
a> ARSET k 5 v
a< 1
a> ARNEXT k
a< 0
a> ARINSERT k a b
a< 1
a> ARNEXT k
a< 2
a> ARSEEK k 18446744073709551614
a< 1
a> ARNEXT k
a< "18446744073709551614"
a> ARINSERT k v
a< "18446744073709551614"
a> ARNEXT k
a< nil
a> ARSEEK k 0
a< 1
a> ARNEXT k
a< 0
a> SET s v
a< OK
a> ARNEXT s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
