# ARDEL: elements at indexes; the key goes with the last one.
a> ARSET k 0 a b c
a< 3
a> ARDEL k 1 1 99
a< 1
a> ARGETRANGE k 0 2
a< ["a" nil "c"]
a> ARDEL k 0 x
a< (error) ERR invalid array index
a> ARCOUNT k
a< 2
a> ARDEL k 2 0
a< 2
a> EXISTS k
a< 0
a> ARDEL k 0
a< 0
a> SET s v
a< OK
a> ARDEL s 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
