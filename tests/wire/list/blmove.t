oracle
a> RPUSH k a b c
a< 3
a> BLMOVE k d LEFT RIGHT 0
a< "a"
a> BLMOVE k d RIGHT LEFT 1
a< "c"
a> LRANGE d 0 -1
a< ["c" "a"]
a> BLMOVE k k LEFT RIGHT 0
a< "b"
a> BLMOVE none d LEFT LEFT 0.01
a< nil-array
resp3 c
c> BLMOVE none d LEFT LEFT 0.01
c< nil
a> DEL k d
a< 2
# waiting: the destination may be anywhere
b> BLMOVE k d LEFT RIGHT 0
blocked b
e> BLMOVE k f RIGHT LEFT 0
blocked e
a> RPUSH k 1 2 3
a< 3
b< "1"
e< "3"
a> LRANGE k 0 -1
a< ["2"]
a> LRANGE d 0 -1
a< ["1"]
a> LRANGE f 0 -1
a< ["3"]
a> DEL k d f
a< 3
# chains: what one moves, another takes
b> BLMOVE one two LEFT RIGHT 0
blocked b
d> BLMOVE two three LEFT RIGHT 0
blocked d
e> BLPOP three 0
blocked e
a> RPUSH one x
a< 1
b< "x"
d< "x"
e< ["three" "x"]
a> EXISTS one two three
a< 0
# a ring: it goes round once, and stays where nobody waits
b> BLMOVE one two LEFT RIGHT 0
blocked b
d> BLMOVE two one LEFT RIGHT 0
blocked d
a> RPUSH one x
a< 1
b< "x"
d< "x"
a> LRANGE one 0 -1
a< ["x"]
a> DEL one
a< 1
b> BLMOVE q q LEFT RIGHT 0
blocked b
a> RPUSH q a b
a< 2
b< "a"
a> LRANGE q 0 -1
a< ["b" "a"]
a> DEL q
a< 1
# source of another type: stays; destination of another type: an error, and nothing is moved
b> BLMOVE k d LEFT LEFT 0
blocked b
a> SET k v
a< OK
b< (nothing)
a> DEL k
a< 1
a> RPUSH k v
a< 1
b< "v"
a> SET d v
a< OK
b> BLMOVE k d LEFT LEFT 0
blocked b
e> BLPOP k 0
blocked e
a> RPUSH k w
a< 1
b< (error) WRONGTYPE Operation against a key holding the wrong kind of value
e< ["k" "w"]
a> EXISTS k
a< 0
a> BLMOVE none d LEFT LEFT 0.01
a< nil-array
a> RPUSH k a
a< 1
a> BLMOVE k d LEFT LEFT 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BLMOVE d k LEFT LEFT 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BLMOVE k e UP LEFT 0
a< (error) ERR syntax error
a> BLMOVE k e LEFT UP 0
a< (error) ERR syntax error
a> BLMOVE k e LEFT UP x
a< (error) ERR syntax error
a> BLMOVE k e LEFT LEFT -1
a< (error) ERR timeout is negative
a> BLMOVE k e LEFT LEFT x
a< (error) ERR timeout is not a float or out of range
a> BLMOVE k e LEFT LEFT
a< (error) ERR wrong number of arguments for 'blmove' command
