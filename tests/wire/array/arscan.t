# ARSCAN: what is there, with its index, in the order of the ends.
a> ARMSET k 0 a 5 b 9 c 18446744073709551614 z
a< 4
a> ARSCAN k 0 10
a< [[0 "a"] [5 "b"] [9 "c"]]
a> ARSCAN k 9 1
a< [[9 "c"] [5 "b"]]
a> ARSCAN k 0 10 LIMIT 2
a< [[0 "a"] [5 "b"]]
a> ARSCAN k 10 0 limit 1
a< [[9 "c"]]
a> ARSCAN k 6 8
a< []
a> ARSCAN k 10 18446744073709551614
a< [["18446744073709551614" "z"]]
a> ARSCAN missing 0 10
a< []
a> ARSCAN k 0 10 LIMIT 0
a< (error) ERR LIMIT must be positive
a> ARSCAN k 0 10 LIMIT -1
a< (error) ERR LIMIT must be positive
a> ARSCAN k 0 10 LIMIT x
a< (error) ERR value is not an integer or out of range
a> ARSCAN k 0 10 LIMIT
a< (error) ERR syntax error
a> ARSCAN k 0 10 COUNT 5
a< (error) ERR syntax error
a> ARSCAN k 0 10 LIMIT 1 LIMIT 1
a< (error) ERR syntax error
a> ARSCAN k x 10
a< (error) ERR invalid array index
resp3 a
a> ARSCAN k 0 5
a< [[0 "a"] [5 "b"]]
