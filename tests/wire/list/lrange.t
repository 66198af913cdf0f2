oracle
a> LRANGE k 0 -1
a< []
a> RPUSH k a b c d 5
a< 5
a> LRANGE k 0 -1
a< ["a" "b" "c" "d" "5"]
a> LRANGE k 0 0
a< ["a"]
a> LRANGE k 1 3
a< ["b" "c" "d"]
a> LRANGE k -2 -1
a< ["d" "5"]
a> LRANGE k -100 100
a< ["a" "b" "c" "d" "5"]
a> LRANGE k 3 1
a< []
a> LRANGE k 5 9
a< []
a> LRANGE k -1 -2
a< []
a> LRANGE k 0 -6
a< []
a> LRANGE k -9223372036854775808 9223372036854775807
a< ["a" "b" "c" "d" "5"]
a> LRANGE k x 1
a< (error) ERR value is not an integer or out of range
a> LRANGE k 1 x
a< (error) ERR value is not an integer or out of range
a> LRANGE none x 1
a< (error) ERR value is not an integer or out of range
a> SET s v
a< OK
a> LRANGE s 0 -1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LRANGE s x 1
a< (error) ERR value is not an integer or out of range
a> LRANGE k 0
a< (error) ERR wrong number of arguments for 'lrange' command
resp3 c
c> LRANGE none 0 1
c< []
