oracle
a> ZADD z 1 a 2 b 3 c 4 d 5 e 6 f
a< 6
a> ZPOPMIN z
a< ["a" "1"]
a> ZPOPMIN z 1
a< ["b" "2"]
a> ZPOPMIN z 2
a< ["c" "3" "d" "4"]
a> ZPOPMIN z 0
a< []
a> ZPOPMIN z 10
a< ["e" "5" "f" "6"]
a> EXISTS z
a< 0
a> ZPOPMIN z
a< []
a> ZPOPMIN z 3
a< []
resp3 c
a> ZADD z 1 a 2 b 3 c 4 d
a< 4
c> ZPOPMIN z
c< ["a" ,1]
c> ZPOPMIN z 2
c< [["b" ,2] ["c" ,3]]
c> ZPOPMIN none
c< []
c> ZPOPMIN none 2
c< []
a> ZPOPMIN z -1
a< (error) ERR value is out of range, must be positive
a> ZPOPMIN z x
a< (error) ERR value is out of range, must be positive
a> ZPOPMIN z 1 2
a< (error) ERR syntax error
a> SET text x
a< OK
a> ZPOPMIN text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZPOPMIN text 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZPOPMIN
a< (error) ERR wrong number of arguments for 'zpopmin' command
