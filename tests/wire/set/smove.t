oracle
a> SMOVE s t a
a< 0
a> SADD s a b c
a< 3
a> SMOVE s t x
a< 0
a> EXISTS t
a< 0
a> SMOVE s t a
a< 1
a> SMEMBERS t
a< ["a"]
a> SMEMBERS s
a< ~unordered ["b" "c"]
# a member that is there already
a> SADD t b
a< 1
a> SMOVE s t b
a< 1
a> SCARD t
a< 2
# the last one takes the key with it
a> SMOVE s t c
a< 1
a> EXISTS s
a< 0
# onto itself
a> SMOVE t t c
a< 1
a> SMOVE t t x
a< 0
# from integers to words and back
a> SADD i 1 2
a< 2
a> SMOVE t i c
a< 1
a> SMEMBERS i
a< ~unordered ["1" "2" "c"]
a> SMOVE i t 2
a< 1
a> SISMEMBER t 2
a< 1
# errors
a> SMOVE s t
a< (error) ERR wrong number of arguments for 'smove' command
a> SET k v
a< OK
a> SMOVE k t a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SMOVE t k a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SMOVE t k none
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
# the source is looked at first
a> SMOVE none k a
a< 0
