# ARMSET: pairs of index and value, in any order; a later one wins.
a> ARMSET k 100 c 0 a 5 b
a< 3
a> ARMSET k 5 B 6 d 6 D
a< 1
a> ARMGET k 0 5 6 100
a< ["a" "B" "D" "c"]
a> ARMSET k 1 x 2
a< (error) ERR wrong number of arguments for 'armset' command
a> ARMSET k 1 x y z
a< (error) ERR invalid array index
a> ARGET k 1
a< nil
a> SET s v
a< OK
a> ARMSET s 0 v
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
