oracle
# LPOP and RPOP
a> RPUSH k a b c d e f 7
a< 7
a> LPOP k
a< "a"
a> RPOP k
a< "7"
a> LPOP k 2
a< ["b" "c"]
a> RPOP k 2
a< ["f" "e"]
a> LRANGE k 0 -1
a< ["d"]
a> LPOP k 0
a< []
a> RPOP k 0
a< []
a> LPOP k 5
a< ["d"]
a> EXISTS k
a< 0
a> LPOP k
a< nil
a> RPOP k
a< nil
a> LPOP k 1
a< nil-array
a> RPOP k 1
a< nil-array
a> LPOP k 0
a< nil-array
resp3 c
c> LPOP k
c< nil
c> LPOP k 2
c< nil
a> RPUSH k a b c
a< 3
a> RPOP k 2
a< ["c" "b"]
c> RPOP k 9
c< ["a"]
a> RPUSH k a
a< 1
a> LPOP k -1
a< (error) ERR value is out of range, must be positive
a> LPOP k x
a< (error) ERR value is out of range, must be positive
a> RPOP k -1
a< (error) ERR value is out of range, must be positive
a> RPOP k 9223372036854775808
a< (error) ERR value is out of range, must be positive
a> LPOP k 1 2
a< (error) ERR wrong number of arguments for 'lpop' command
a> RPOP k 1 2
a< (error) ERR wrong number of arguments for 'rpop' command
a> LPOP
a< (error) ERR wrong number of arguments for 'lpop' command
a> RPOP
a< (error) ERR wrong number of arguments for 'rpop' command
a> LPOP k 9223372036854775807
a< ["a"]
a> SET s v
a< OK
a> LPOP s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPOP s 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LPOP s x
a< (error) ERR value is out of range, must be positive
