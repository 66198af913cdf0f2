a> RPUSH k 1 2 3 4 5
a< 5
a> BLMOVEM k d LEFT RIGHT 0 COUNT 2 BULK
a< ["1" "2"]
a> BLMOVEM k d LEFT RIGHT 0
a< ["3"]
a> BLMOVEM k d LEFT LEFT 0 EXACTLY 2 OBO
a< ["5" "4"]
a> LRANGE d 0 -1
a< ["5" "4" "1" "2" "3"]
a> BLMOVEM k d LEFT RIGHT 0.01
a< nil-array
a> BLMOVEM d k LEFT RIGHT 0.01 EXACTLY 9 BULK
a< nil-array
resp3 c
c> BLMOVEM k d LEFT RIGHT 0.01 EXACTLY 3 BULK
c< nil
a> DEL d
a< 1
# COUNT is content with what comes
b> BLMOVEM k d LEFT RIGHT 0 COUNT 5 BULK
blocked b
a> RPUSH k a b
a< 2
b< ["a" "b"]
a> LRANGE d 0 -1
a< ["a" "b"]
a> DEL d
a< 1
# EXACTLY waits for all of them
b> BLMOVEM k d LEFT RIGHT 0 EXACTLY 3 BULK
blocked b
a> RPUSH k 1 2
a< 2
b< (nothing)
a> LRANGE k 0 -1
a< ["1" "2"]
a> RPUSH k 3
a< 3
b< ["1" "2" "3"]
a> EXISTS k
a< 0
a> LRANGE d 0 -1
a< ["1" "2" "3"]
a> DEL d
a< 1
# whoever wants less and came later is not held up
b> BLMOVEM k d LEFT RIGHT 0 EXACTLY 3 BULK
blocked b
e> BLMOVEM k e LEFT RIGHT 0 EXACTLY 2 BULK
blocked e
f> BLPOP k 0
blocked f
a> RPUSH k 1
a< 1
f< ["k" "1"]
b< (nothing)
e< (nothing)
a> RPUSH k 2
a< 1
a> RPUSH k 3
a< 2
e< ["2" "3"]
b< (nothing)
a> RPUSH k 4 5 6 7
a< 4
b< ["4" "5" "6"]
a> LRANGE k 0 -1
a< ["7"]
a> DEL k d e
a< 3
# other ways for a list to grow
a> RPUSH k 1 2
a< 2
b> BLMOVEM k d LEFT RIGHT 0 EXACTLY 3 BULK
blocked b
a> LINSERT k BEFORE 1 0
a< 3
b< ["0" "1" "2"]
a> RPUSH k 1 2
a< 2
a> RPUSH feed 9
a< 1
b> BLMOVEM k d LEFT RIGHT 0 EXACTLY 3 OBO
blocked b
a> LMOVE feed k LEFT RIGHT
a< "9"
b< ["1" "2" "9"]
a> EXISTS k feed
a< 0
# types
b> BLMOVEM k d LEFT RIGHT 0 COUNT 2 OBO
blocked b
a> SET k v
a< OK
b< (nothing)
a> DEL k
a< 1
a> SET d v
a< OK
a> RPUSH k 1
a< 1
b< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LRANGE k 0 -1
a< ["1"]
a> BLMOVEM k d LEFT RIGHT 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BLMOVEM d k LEFT RIGHT 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BLMOVEM k e LEFT RIGHT x
a< (error) ERR timeout is not a float or out of range
a> BLMOVEM k e LEFT RIGHT -1
a< (error) ERR timeout is negative
a> BLMOVEM k e UP RIGHT x
a< (error) ERR syntax error
a> BLMOVEM k e LEFT RIGHT 0 COUNT 2
a< (error) ERR syntax error
a> BLMOVEM k e LEFT RIGHT 0 COUNT 2 BAD
a< (error) ERR syntax error
a> BLMOVEM k e LEFT RIGHT 0 COUNT 0 BULK
a< (error) ERR count should be greater than 0
a> BLMOVEM k e LEFT RIGHT 0 COUNT 2 BULK x
a< (error) ERR syntax error
a> BLMOVEM k e LEFT RIGHT
a< (error) ERR wrong number of arguments for 'blmovem' command
