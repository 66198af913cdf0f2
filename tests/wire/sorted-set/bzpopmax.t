oracle
a> ZADD y 1 a 2 b
a< 2
a> BZPOPMAX x y 0
a< ["y" "b" "2"]
resp3 c
c> BZPOPMAX x y 0
c< ["y" "a" ,1]
a> BZPOPMAX x y 0.02
a< nil-array
a> BZPOPMAX x y 0
blocked a
b> BZPOPMIN y 0
blocked b
d> ZADD y 5 e 4 d 6 f
d< 3
a< ["y" "f" "6"]
b< ["y" "d" "4"]
d> ZRANGE y 0 -1
d< ["e"]
a> SET text x
a< OK
a> BZPOPMAX text 0.01
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BZPOPMAX x -1
a< (error) ERR timeout is negative
a> BZPOPMAX x soon
a< (error) ERR timeout is not a float or out of range
a> BZPOPMAX x
a< (error) ERR wrong number of arguments for 'bzpopmax' command
