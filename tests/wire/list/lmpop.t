oracle
a> LMPOP 1 k LEFT
a< nil-array
a> RPUSH k a b c d
a< 4
a> LMPOP 1 k LEFT
a< ["k" ["a"]]
a> LMPOP 2 none k RIGHT COUNT 2
a< ["k" ["d" "c"]]
a> LMPOP 1 k left count 10
a< ["k" ["b"]]
a> EXISTS k
a< 0
a> RPUSH j 1
a< 1
a> RPUSH k 2 3
a< 2
a> LMPOP 2 k j RIGHT COUNT 2
a< ["k" ["3" "2"]]
a> LMPOP 2 k j RIGHT COUNT 2
a< ["j" ["1"]]
a> LMPOP 2 k j RIGHT COUNT 2
a< nil-array
a> LMPOP 0 k LEFT
a< (error) ERR numkeys should be greater than 0
a> LMPOP -1 k LEFT
a< (error) ERR numkeys should be greater than 0
a> LMPOP x k LEFT
a< (error) ERR numkeys should be greater than 0
a> LMPOP 2 k LEFT
a< (error) ERR syntax error
a> LMPOP 9223372036854775807 k LEFT
a< (error) ERR syntax error
a> LMPOP 1 k UP
a< (error) ERR syntax error
a> LMPOP 1 k LEFT COUNT 0
a< (error) ERR count should be greater than 0
a> LMPOP 1 k LEFT COUNT -1
a< (error) ERR count should be greater than 0
a> LMPOP 1 k LEFT COUNT x
a< (error) ERR count should be greater than 0
a> LMPOP 1 k LEFT COUNT
a< (error) ERR syntax error
a> LMPOP 1 k LEFT BAD 1
a< (error) ERR syntax error
a> LMPOP 1 k LEFT COUNT 1 COUNT 1
a< (error) ERR syntax error
a> LMPOP 1 k
a< (error) ERR wrong number of arguments for 'lmpop' command
a> SET s v
a< OK
a> LMPOP 1 s LEFT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LMPOP 2 k s LEFT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPUSH k a
a< 1
a> LMPOP 2 s k LEFT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LMPOP 2 k s LEFT
a< ["k" ["a"]]
resp3 c
c> LMPOP 1 k LEFT
c< nil
a> RPUSH k a
a< 1
c> LMPOP 1 k LEFT
c< ["k" ["a"]]
