oracle
a> RPUSHX k a
a< 0
a> EXISTS k
a< 0
a> RPUSH k a
a< 1
a> RPUSHX k b c
a< 3
a> LRANGE k 0 -1
a< ["a" "b" "c"]
a> SET s v
a< OK
a> RPUSHX s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPUSHX k
a< (error) ERR wrong number of arguments for 'rpushx' command
