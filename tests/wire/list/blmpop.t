oracle
a> RPUSH k a b c d
a< 4
a> BLMPOP 0 1 k LEFT
a< ["k" ["a"]]
a> BLMPOP 0 2 none k RIGHT COUNT 2
a< ["k" ["d" "c"]]
a> BLMPOP 0.01 1 k LEFT COUNT 9
a< ["k" ["b"]]
a> BLMPOP 0.01 1 k LEFT
a< nil-array
a> BLMPOP 0.01 2 k j RIGHT COUNT 2
a< nil-array
resp3 c
c> BLMPOP 0.01 1 k LEFT
c< nil
b> BLMPOP 0 2 k j LEFT COUNT 2
blocked b
d> BLPOP j 0
blocked d
a> RPUSH j 1 2 3 4
a< 4
b< ["j" ["1" "2"]]
d< ["j" "3"]
a> LRANGE j 0 -1
a< ["4"]
a> DEL j
a< 1
b> BLMPOP 0 1 k RIGHT COUNT 10
blocked b
a> RPUSH k 1 2 3
a< 3
b< ["k" ["3" "2" "1"]]
a> EXISTS k
a< 0
b> BLMPOP 0 1 k LEFT
blocked b
a> SET k v
a< OK
b< (nothing)
a> DEL k
a< 1
a> RPUSH k v
a< 1
b< ["k" ["v"]]
a> BLMPOP -1 1 k LEFT
a< (error) ERR timeout is negative
a> BLMPOP x 1 k LEFT
a< (error) ERR timeout is not a float or out of range
a> BLMPOP x 0 k UP
a< (error) ERR numkeys should be greater than 0
a> BLMPOP 0 0 k LEFT
a< (error) ERR numkeys should be greater than 0
a> BLMPOP 0 x k LEFT
a< (error) ERR numkeys should be greater than 0
a> BLMPOP 0 2 k LEFT
a< (error) ERR syntax error
a> BLMPOP 0 1 k UP
a< (error) ERR syntax error
a> BLMPOP 0 1 k LEFT COUNT 0
a< (error) ERR count should be greater than 0
a> BLMPOP 0 1 k LEFT COUNT
a< (error) ERR syntax error
a> BLMPOP 0 1 k LEFT BAD 1
a< (error) ERR syntax error
a> BLMPOP 0 1 k
a< (error) ERR wrong number of arguments for 'blmpop' command
a> SET s v
a< OK
a> BLMPOP 0 1 s LEFT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BLMPOP 0 2 k s LEFT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
