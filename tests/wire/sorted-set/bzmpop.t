oracle
a> ZADD y 1 a 2 b 3 c
a< 3
a> BZMPOP 0 2 x y MIN
a< ["y" [["a" "1"]]]
a> BZMPOP 0 2 x y MAX COUNT 5
a< ["y" [["c" "3"] ["b" "2"]]]
a> BZMPOP 0.02 2 x y MIN
a< nil-array
a> BZMPOP 0 2 x y MAX COUNT 2
blocked a
resp3 c
c> BZMPOP 0 1 y min count 9
blocked c
d> ZADD y 5 e 4 d 6 f 7 g
d< 4
a< ["y" [["g" "7"] ["f" "6"]]]
c< ["y" [["d" ,4] ["e" ,5]]]
d> EXISTS y
d< 0
# in a transaction nobody waits
a> MULTI
a< OK
a> BZMPOP 0 1 y MIN
a< QUEUED
a> BZPOPMIN y 0
a< QUEUED
a> EXEC
a< [nil-array nil-array]
a> BZMPOP 0 0 x MIN
a< (error) ERR numkeys should be greater than 0
a> BZMPOP 0 x x MIN
a< (error) ERR numkeys should be greater than 0
a> BZMPOP 0 2 x MIN
a< (error) ERR syntax error
a> BZMPOP 0 1 x MIDDLE
a< (error) ERR syntax error
a> BZMPOP 0 1 x MIN COUNT 0
a< (error) ERR count should be greater than 0
a> BZMPOP 0 1 x MIN COUNT
a< (error) ERR syntax error
a> BZMPOP 0 1 x MIN COUNT 1 COUNT 1
a< (error) ERR syntax error
a> BZMPOP -1 1 x MIN
a< (error) ERR timeout is negative
a> BZMPOP soon 1 x MIN
a< (error) ERR timeout is not a float or out of range
# the timeout is looked at last
a> BZMPOP soon 1 x MIDDLE
a< (error) ERR syntax error
a> SET text x
a< OK
a> BZMPOP 0.01 1 text MIN
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BZMPOP 0 1 x
a< (error) ERR wrong number of arguments for 'bzmpop' command
