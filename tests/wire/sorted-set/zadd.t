oracle
# ZADD: how many are new
a> ZADD z 1 a
a< 1
a> ZADD z 1 a 2 b 3 c
a< 2
a> ZADD z 5 b
a< 0
a> ZRANGE z 0 -1 WITHSCORES
a< ["a" "1" "c" "3" "b" "5"]
a> ZADD z 1 x 2 x 3 x
a< 1
a> ZSCORE z x
a< "3"
# equal scores are in the order of the bytes
a> ZADD e 0 b 0 a 0 "" 0 aa 0 "\xff" 0 B 0 10 0 9
a< 8
a> ZRANGE e 0 -1
a< ["" "10" "9" "B" "a" "aa" "b" "\xff"]
# every form of a number
a> ZADD n +5 a -5 b 1e3 c 0x10 d inf e -inf f +infinity g 1.5 h 1e100 i
a< 9
a> ZRANGE n 0 -1 WITHSCORES
a< ["f" "-inf" "b" "-5" "h" "1.5" "a" "5" "d" "16" "c" "1000" "i" "1e+100" "e" "inf" "g" "inf"]
# CH counts what changed too
a> ZADD z CH 9 a 9 b 9 new
a< 3
a> ZADD z CH 9 a
a< 0
# NX adds, XX changes
a> ZADD z NX 1 a 1 new2
a< 1
a> ZSCORE z a
a< "9"
a> ZADD z XX 2 a 2 nobody
a< 0
a> ZSCORE z a
a< "2"
a> ZSCORE z nobody
a< nil
a> ZADD none XX 1 a
a< 0
a> EXISTS none
a< 0
a> ZADD z xx ch 3 a 2 nobody
a< 1
# GT and LT compare with the score there is, and add
a> ZADD z GT CH 1 a
a< 0
a> ZADD z GT CH 3 a
a< 0
a> ZADD z GT CH 4 a
a< 1
a> ZADD z LT CH 5 a
a< 0
a> ZADD z LT CH 3 a
a< 1
a> ZADD z GT 7 fresh
a< 1
a> ZADD z XX GT 7 fresh2
a< 0
a> ZSCORE z fresh2
a< nil
# INCR gives the score, or null if a flag keeps it from changing
a> ZADD z INCR 2.5 a
a< "5.5"
a> ZADD z NX INCR 2 a
a< nil
a> ZADD z XX INCR 2 nobody
a< nil
a> ZADD none XX INCR 2 a
a< nil
a> ZADD z GT INCR -1 a
a< nil
a> ZADD z GT INCR 0 a
a< nil
a> ZADD z LT INCR -1 a
a< "4.5"
a> ZADD z INCR 3 incremented
a< "3"
a> ZADD i 0 inf
a< 1
a> ZADD i INCR inf inf
a< "inf"
a> ZADD i INCR -inf inf
a< (error) ERR resulting score is not a number (NaN)
a> ZSCORE i inf
a< "inf"
resp3 c
c> ZADD z INCR 1 a
c< ,5.5
c> ZADD z NX INCR 1 a
c< nil
c> ZADD z 1 a
c< 0
# nothing changes if one thing is wrong
a> ZADD z 100 a bad b
a< (error) ERR value is not a valid float
a> ZADD z 100 a nan b
a< (error) ERR value is not a valid float
a> ZADD z 100 a "" b
a< (error) ERR value is not a valid float
a> ZADD z 100 a "1 " b
a< (error) ERR value is not a valid float
a> ZADD z 100 a 1 b 2
a< (error) ERR syntax error
a> ZADD z NX
a< (error) ERR wrong number of arguments for 'zadd' command
a> ZADD z NX XX CH
a< (error) ERR syntax error
a> ZADD z NX XX 1 a
a< (error) ERR XX and NX options at the same time are not compatible
a> ZADD z NX GT 1 a
a< (error) ERR GT, LT, and/or NX options at the same time are not compatible
a> ZADD z NX LT 1 a
a< (error) ERR GT, LT, and/or NX options at the same time are not compatible
a> ZADD z GT LT 1 a
a< (error) ERR GT, LT, and/or NX options at the same time are not compatible
a> ZADD z INCR 1 a 2 b
a< (error) ERR INCR option supports a single increment-element pair
a> ZADD z NX XX 1
a< (error) ERR syntax error
a> ZADD z
a< (error) ERR wrong number of arguments for 'zadd' command
a> ZADD z 1
a< (error) ERR wrong number of arguments for 'zadd' command
a> ZSCORE z a
a< "1"
a> SET text x
a< OK
a> ZADD text 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZADD text bad a
a< (error) ERR value is not a valid float
a> ZADD text XX 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
