oracle
a> LTRIM k 0 1
a< OK
a> RPUSH k a b c d e f g
a< 7
a> LTRIM k 0 -1
a< OK
a> LTRIM k 1 -1
a< OK
a> LTRIM k 0 -2
a< OK
a> LRANGE k 0 -1
a< ["b" "c" "d" "e" "f"]
a> LTRIM k 1 3
a< OK
a> LRANGE k 0 -1
a< ["c" "d" "e"]
a> LTRIM k -2 100
a< OK
a> LRANGE k 0 -1
a< ["d" "e"]
a> LTRIM k 5 10
a< OK
a> EXISTS k
a< 0
a> RPUSH k a b c
a< 3
a> LTRIM k 2 1
a< OK
a> EXISTS k
a< 0
a> RPUSH k a b c
a< 3
a> LTRIM k 0 -9
a< OK
a> EXISTS k
a< 0
a> RPUSH k a b c
a< 3
a> LTRIM k -9223372036854775808 9223372036854775807
a< OK
a> LRANGE k 0 -1
a< ["a" "b" "c"]
a> LTRIM k x 1
a< (error) ERR value is not an integer or out of range
a> LTRIM k 1 x
a< (error) ERR value is not an integer or out of range
a> LTRIM none x 1
a< (error) ERR value is not an integer or out of range
a> SET s v
a< OK
a> LTRIM s 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LTRIM s x 1
a< (error) ERR value is not an integer or out of range
a> LTRIM k 0
a< (error) ERR wrong number of arguments for 'ltrim' command
