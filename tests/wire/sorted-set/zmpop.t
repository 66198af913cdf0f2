oracle
a> ZMPOP 1 none MIN
a< nil-array
a> ZADD z 1 a 2 b 3 c 4 d
a< 4
a> ZADD y 1 x 2 w
a< 2
a> ZMPOP 2 none z MIN
a< ["z" [["a" "1"]]]
a> ZMPOP 2 z y MAX
a< ["z" [["d" "4"]]]
a> ZMPOP 2 y z MIN COUNT 10
a< ["y" [["x" "1"] ["w" "2"]]]
a> EXISTS y
a< 0
a> ZMPOP 2 y z MAX COUNT 2
a< ["z" [["c" "3"] ["b" "2"]]]
a> ZMPOP 2 y z max count 2
a< nil-array
resp3 c
a> ZADD z 1 a 2 b
a< 2
c> ZMPOP 1 z MIN COUNT 5
c< ["z" [["a" ,1] ["b" ,2]]]
c> ZMPOP 1 z MIN COUNT 5
c< nil
a> ZMPOP 0 z MIN
a< (error) ERR numkeys should be greater than 0
a> ZMPOP -1 z MIN
a< (error) ERR numkeys should be greater than 0
a> ZMPOP x z MIN
a< (error) ERR numkeys should be greater than 0
a> ZMPOP 3 z MIN
a< (error) ERR syntax error
a> ZMPOP 2 z MIN
a< (error) ERR syntax error
a> ZMPOP 1 z MIDDLE
a< (error) ERR syntax error
a> ZMPOP 1 z MIN COUNT 0
a< (error) ERR count should be greater than 0
a> ZMPOP 1 z MIN COUNT x
a< (error) ERR count should be greater than 0
a> ZMPOP 1 z MIN COUNT
a< (error) ERR syntax error
a> ZMPOP 1 z MIN COUNT 1 COUNT 2
a< (error) ERR syntax error
a> ZMPOP 1 z MIN nonsense
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZMPOP 1 text MIN
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZADD z 1 a 2 b
a< 2
a> ZMPOP 2 z text MIN
a< ["z" [["a" "1"]]]
a> ZMPOP 2 text z MIN
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZMPOP 1
a< (error) ERR wrong number of arguments for 'zmpop' command
