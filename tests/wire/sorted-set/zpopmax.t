oracle
a> ZADD z 1 a 2 b 3 c 4 d 5 e 6 f
a< 6
a> ZPOPMAX z
a< ["f" "6"]
a> ZPOPMAX z 1
a< ["e" "5"]
a> ZPOPMAX z 2
a< ["d" "4" "c" "3"]
a> ZPOPMAX z 0
a< []
a> ZPOPMAX z 10
a< ["b" "2" "a" "1"]
a> EXISTS z
a< 0
a> ZPOPMAX z
a< []
a> ZPOPMAX z 3
a< []
resp3 c
a> ZADD z 1 a 2 b 3 c 4 d
a< 4
c> ZPOPMAX z
c< ["d" ,4]
c> ZPOPMAX z 2
c< [["c" ,3] ["b" ,2]]
c> ZPOPMAX none
c< []
c> ZPOPMAX none 2
c< []
a> ZPOPMAX z -1
a< (error) ERR value is out of range, must be positive
a> ZPOPMAX z x
a< (error) ERR value is out of range, must be positive
a> ZPOPMAX z 1 2
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZPOPMAX text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZPOPMAX text 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZPOPMAX
a< (error) ERR wrong number of arguments for 'zpopmax' command
