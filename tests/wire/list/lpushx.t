oracle
a> LPUSHX k a
a< 0
a> EXISTS k
a< 0
a> LPUSH k a
a< 1
a> LPUSHX k b c
a< 3
a> LRANGE k 0 -1
a< ["c" "b" "a"]
a> SET s v
a< OK
a> LPUSHX s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LPUSHX k
a< (error) ERR wrong number of arguments for 'lpushx' command
