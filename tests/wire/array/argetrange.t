# ARGETRANGE: every position, empty ones as null; from the higher index down if it comes first.
a> ARMSET k 0 a 1 b 3 d
a< 3
a> ARGETRANGE k 0 3
a< ["a" "b" nil "d"]
a> ARGETRANGE k 3 0
a< ["d" nil "b" "a"]
a> ARGETRANGE k 2 2
a< [nil]
a> ARGETRANGE k 3 6
a< ["d" nil nil nil]
a> ARGETRANGE k 6 3
a< [nil nil nil "d"]
a> ARGETRANGE k 18446744073709551613 18446744073709551614
a< [nil nil]
a> ARGETRANGE missing 5 7
a< [nil nil nil]
a> ARGETRANGE k 0 1000000
a< (error) ERR range exceeds maximum of 1000000 items
a> ARGETRANGE k 1000000 0
a< (error) ERR range exceeds maximum of 1000000 items
a> ARGETRANGE missing 0 18446744073709551614
a< (error) ERR range exceeds maximum of 1000000 items
a> ARGETRANGE k - 3
a< (error) ERR invalid array index
a> ARGETRANGE k 0 -1
a< (error) ERR invalid array index
