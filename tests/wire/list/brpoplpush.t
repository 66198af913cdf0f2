oracle
a> RPUSH k a b c
a< 3
a> BRPOPLPUSH k d 0
a< "c"
a> BRPOPLPUSH k d 1
a< "b"
a> LRANGE d 0 -1
a< ["b" "c"]
a> BRPOPLPUSH none d 0.01
a< nil-array
resp3 c
c> BRPOPLPUSH none d 0.01
c< nil
a> DEL k d
a< 2
b> BRPOPLPUSH k d 0
blocked b
e> BRPOP d 0
blocked e
a> LPUSH k x
a< 1
b< "x"
e< ["d" "x"]
a> EXISTS k d
a< 0
a> SET d v
a< OK
b> BRPOPLPUSH k d 0
blocked b
a> LPUSH k x
a< 1
b< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LRANGE k 0 -1
a< ["x"]
a> BRPOPLPUSH k d 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BRPOPLPUSH d k 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BRPOPLPUSH k e -1
a< (error) ERR timeout is negative
a> BRPOPLPUSH k e x
a< (error) ERR timeout is not a float or out of range
a> BRPOPLPUSH k e
a< (error) ERR wrong number of arguments for 'brpoplpush' command
