oracle
# elements arrive in the order given, and the key keeps its time
a> RPUSH k a b
a< 2
a> RPUSH k c
a< 3
a> LRANGE k 0 -1
a< ["a" "b" "c"]
a> EXPIRE k 100
a< 1
a> RPUSH k d
a< 4
a> TTL k
a< 100
a> OBJECT REFCOUNT k
a< 1
a> SET s v
a< OK
a> RPUSH s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPUSH k
a< (error) ERR wrong number of arguments for 'rpush' command
