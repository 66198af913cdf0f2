oracle
a> LMOVE k d LEFT RIGHT
a< nil
a> RPUSH k a b c d e
a< 5
a> LMOVE k d LEFT RIGHT
a< "a"
a> LMOVE k d LEFT LEFT
a< "b"
a> LMOVE k d RIGHT LEFT
a< "e"
a> lmove k d right right
a< "d"
a> LRANGE k 0 -1
a< ["c"]
a> LRANGE d 0 -1
a< ["e" "b" "a" "d"]
a> LMOVE k d LEFT LEFT
a< "c"
a> EXISTS k
a< 0
# within one list
a> LMOVE d d LEFT RIGHT
a< "c"
a> LMOVE d d RIGHT LEFT
a< "c"
a> LMOVE d d LEFT LEFT
a< "c"
a> LMOVE d d RIGHT RIGHT
a< "d"
a> LRANGE d 0 -1
a< ["c" "e" "b" "a" "d"]
a> RPUSH one 1
a< 1
a> LMOVE one one LEFT RIGHT
a< "1"
a> LRANGE one 0 -1
a< ["1"]
a> RPUSH n 12345
a< 1
a> LMOVE n d LEFT LEFT
a< "12345"
a> LINDEX d 0
a< "12345"
a> LMOVE d e UP LEFT
a< (error) ERR syntax error
a> LMOVE d e LEFT DOWN
a< (error) ERR syntax error
a> LMOVE none e UP LEFT
a< (error) ERR syntax error
a> SET s v
a< OK
a> LMOVE s e LEFT LEFT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LMOVE d s LEFT LEFT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LMOVE none s LEFT LEFT
a< nil
a> LMOVE d e LEFT
a< (error) ERR wrong number of arguments for 'lmove' command
resp3 c
c> LMOVE none d LEFT LEFT
c< nil
