# of each end to each end, one after the other and together
a> RPUSH k 1 2 3 4 5 6 7 8
a< 8
a> LMOVEM k d LEFT LEFT COUNT 3 OBO
a< ["3" "2" "1"]
a> LRANGE d 0 -1
a< ["3" "2" "1"]
a> DEL d
a< 1
a> LMOVEM k d LEFT LEFT EXACTLY 2 BULK
a< ["4" "5"]
a> LRANGE d 0 -1
a< ["4" "5"]
a> RPUSH k 9 10 11
a< 6
a> LMOVEM k d RIGHT RIGHT COUNT 2 OBO
a< ["11" "10"]
a> LRANGE d 0 -1
a< ["4" "5" "11" "10"]
a> lmovem k d right right exactly 2 bulk
a< ["8" "9"]
a> LRANGE d 0 -1
a< ["4" "5" "11" "10" "8" "9"]
a> DEL d
a< 1
a> LMOVEM k d LEFT RIGHT COUNT 100 BULK
a< ["6" "7"]
a> EXISTS k
a< 0
a> LMOVEM d k RIGHT LEFT COUNT 2 BULK
a< ["6" "7"]
a> LRANGE k 0 -1
a< ["6" "7"]
a> RPUSH d a b c
a< 3
a> LMOVEM d k RIGHT LEFT COUNT 2 OBO
a< ["b" "c"]
a> LRANGE k 0 -1
a< ["b" "c" "6" "7"]
a> LMOVEM d k LEFT RIGHT COUNT 2 OBO
a< ["a"]
a> LRANGE k 0 -1
a< ["b" "c" "6" "7" "a"]
# without how many: one, as an array
a> LMOVEM k d LEFT RIGHT
a< ["b"]
# not enough
a> LMOVEM k d LEFT RIGHT EXACTLY 100 BULK
a< nil-array
a> LMOVEM none d LEFT RIGHT
a< nil-array
a> LMOVEM none d LEFT RIGHT COUNT 2 BULK
a< nil-array
a> LMOVEM none d LEFT RIGHT EXACTLY 2 OBO
a< nil-array
resp3 c
c> LMOVEM none d LEFT RIGHT
c< nil
c> LMOVEM k d LEFT RIGHT
c< ["c"]
# within one list
a> DEL k
a< 1
a> RPUSH k a b c d
a< 4
a> LMOVEM k k LEFT LEFT EXACTLY 2 OBO
a< ["b" "a"]
a> LRANGE k 0 -1
a< ["b" "a" "c" "d"]
a> LMOVEM k k LEFT LEFT EXACTLY 2 BULK
a< ["b" "a"]
a> LRANGE k 0 -1
a< ["b" "a" "c" "d"]
a> LMOVEM k k LEFT RIGHT COUNT 3 BULK
a< ["b" "a" "c"]
a> LRANGE k 0 -1
a< ["d" "b" "a" "c"]
a> LMOVEM k k RIGHT LEFT COUNT 9 OBO
a< ["d" "b" "a" "c"]
a> LRANGE k 0 -1
a< ["d" "b" "a" "c"]
# errors
a> LMOVEM k d LEFT
a< (error) ERR wrong number of arguments for 'lmovem' command
a> LMOVEM k d UP RIGHT
a< (error) ERR syntax error
a> LMOVEM k d LEFT UP
a< (error) ERR syntax error
a> LMOVEM k d LEFT RIGHT COUNT
a< (error) ERR syntax error
a> LMOVEM k d LEFT RIGHT COUNT 2
a< (error) ERR syntax error
a> LMOVEM k d LEFT RIGHT COUNT 2 OBO extra
a< (error) ERR syntax error
a> LMOVEM k d LEFT RIGHT BAD 2 OBO
a< (error) ERR syntax error
a> LMOVEM k d LEFT RIGHT COUNT 2 BAD
a< (error) ERR syntax error
a> LMOVEM k d LEFT RIGHT COUNT 0 OBO
a< (error) ERR count should be greater than 0
a> LMOVEM k d LEFT RIGHT COUNT -1 BULK
a< (error) ERR count should be greater than 0
a> LMOVEM k d LEFT RIGHT COUNT x BULK
a< (error) ERR count should be greater than 0
a> LMOVEM k d LEFT RIGHT EXACTLY 0 BULK
a< (error) ERR count should be greater than 0
a> SET s v
a< OK
a> LMOVEM s d LEFT RIGHT
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LMOVEM k s LEFT RIGHT COUNT 2 BULK
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LMOVEM none s LEFT RIGHT
a< nil-array
a> LRANGE k 0 -1
a< ["d" "b" "a" "c"]
