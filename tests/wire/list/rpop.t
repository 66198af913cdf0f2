oracle
a> RPOP k
a< nil
a> RPOP k 2
a< nil-array
a> RPUSH k a b c d
a< 4
a> RPOP k
a< "d"
a> RPOP k 0
a< []
a> RPOP k 2
a< ["c" "b"]
a> RPOP k 100
a< ["a"]
a> EXISTS k
a< 0
a> SET s v
a< OK
a> RPOP s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPOP k x
a< (error) ERR value is out of range, must be positive
a> RPOP
a< (error) ERR wrong number of arguments for 'rpop' command
