oracle
a> RPOPLPUSH k d
a< nil
a> RPUSH k a b c
a< 3
a> RPOPLPUSH k d
a< "c"
a> RPOPLPUSH k d
a< "b"
a> LRANGE k 0 -1
a< ["a"]
a> LRANGE d 0 -1
a< ["b" "c"]
a> RPOPLPUSH d d
a< "c"
a> LRANGE d 0 -1
a< ["c" "b"]
a> RPOPLPUSH k d
a< "a"
a> EXISTS k
a< 0
a> SET s v
a< OK
a> RPOPLPUSH s d
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPOPLPUSH d s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPOPLPUSH k s
a< nil
a> LRANGE d 0 -1
a< ["a" "c" "b"]
a> RPOPLPUSH d
a< (error) ERR wrong number of arguments for 'rpoplpush' command
resp3 c
c> RPOPLPUSH none d
c< nil
