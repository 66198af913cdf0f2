oracle
# BZPOPMIN takes at once what is there: the first key that has something
a> ZADD y 1 a 2 b
a< 2
a> BZPOPMIN x y 0
a< ["y" "a" "1"]
resp3 c
c> BZPOPMIN x y 0
c< ["y" "b" ,2]
a> EXISTS y
a< 0
# nothing comes
a> BZPOPMIN x y 0.02
a< nil-array
c> BZPOPMIN x y 0.02
c< nil
# who waits gets what is added, in the order of asking
a> BZPOPMIN x y 0
blocked a
b> BZPOPMIN y 0
blocked b
d> ZADD y 5 e 4 d
d< 2
a< ["y" "d" "4"]
b< ["y" "e" "5"]
d> EXISTS y
d< 0
# the second key can have it too
a> BZPOPMIN x y 0
blocked a
d> ZINCRBY x 2.5 m
d< "2.5"
a< ["x" "m" "2.5"]
# a key of another type is no answer to who waits
a> BZPOPMIN x 0
blocked a
d> RPUSH x something
d< 1
a< (nothing)
d> DEL x
d< 1
d> ZADD x 1 m
d< 1
a< ["x" "m" "1"]
# whatever makes the sorted set
a> BZPOPMIN x 0
blocked a
d> ZADD other 7 m 8 n
d< 2
d> ZUNIONSTORE x 1 other
d< 2
a< ["x" "m" "7"]
d> DEL x
d< 1
a> BZPOPMIN x 0
blocked a
d> RENAME other x
d< OK
a< ["x" "m" "7"]
# errors
a> SET text x
a< OK
a> BZPOPMIN text 0.01
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BZPOPMIN none text 0.01
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BZPOPMIN x text 0.01
a< ["x" "n" "8"]
a> BZPOPMIN x -1
a< (error) ERR timeout is negative
a> BZPOPMIN x soon
a< (error) ERR timeout is not a float or out of range
a> BZPOPMIN text soon
a< (error) ERR timeout is not a float or out of range
a> BZPOPMIN x
a< (error) ERR wrong number of arguments for 'bzpopmin' command
