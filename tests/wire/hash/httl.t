# -2: no such field, -1: it does not expire
a> HTTL nokey FIELDS 2 a b
a< [-2 -2]
a> HSET h a 1 b 2
a< 2
a> HTTL h FIELDS 3 a x b
a< [-1 -2 -1]
a> HPEXPIREAT h 8999999999500 FIELDS 1 a
a< [1]
a> HTTL h FIELDS 4 a b x a
a< [<int> -1 -2 <int>]
a> HTTL h fields 1 a
a< [<int>]
# one whose time has come is missing, whether it has been removed or not
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> HPEXPIRE h 1 FIELDS 1 b
a< [1]
wait 2000 HTTL h FIELDS 1 b -> [-2]
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSET t a 1 b 2
a< 2
a> HPEXPIREAT t 8999999999500 FIELDS 1 a
a< [1]
a> HTTL t FIELDS 3 a b x
a< [<int> -1 -2]
# errors
a> HTTL h FIELD 1 a
a< (error) ERR Mandatory argument FIELDS is missing or not at the right position
a> HTTL h FIELDS 0 a
a< (error) ERR Number of fields must be a positive integer
a> HTTL h FIELDS x a
a< (error) ERR Number of fields must be a positive integer
a> HTTL h FIELDS 2 a
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HTTL h FIELDS 1 a b
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HTTL h FIELDS 1
a< (error) ERR wrong number of arguments for 'httl' command
a> SET s x
a< OK
a> HTTL s FIELDS 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HTTL s FIELD 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
