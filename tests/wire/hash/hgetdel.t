a> HGETDEL nokey FIELDS 2 a b
a< [nil nil]
a> HSET h a 1 b 2 c 3
a< 3
a> HGETDEL h FIELDS 3 a x a
a< ["1" nil nil]
a> HGETALL h
a< ["b" "2" "c" "3"]
a> HGETDEL h fields 2 b c
a< ["2" "3"]
a> EXISTS h
a< 0
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSETEX t EX 1000 FIELDS 2 a 1 b 2
a< 1
a> HGETDEL t FIELDS 1 a
a< ["1"]
a> HGETDEL t FIELDS 2 a b
a< [nil "2"]
a> EXISTS t
a< 0
# errors
a> HSET h a 1
a< 1
a> HGETDEL h FIELD 1 a
a< (error) ERR Mandatory argument FIELDS is missing or not at the right position
a> HGETDEL h FIELDS 0 a
a< (error) ERR Number of fields must be a positive integer
a> HGETDEL h FIELDS 9223372036854775808 a
a< (error) ERR Number of fields must be a positive integer
a> HGETDEL h FIELDS 2 a
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HGETDEL h FIELDS 1 a b
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HGETDEL h FIELDS 1
a< (error) ERR wrong number of arguments for 'hgetdel' command
a> SET s x
a< OK
a> HGETDEL s FIELDS 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
