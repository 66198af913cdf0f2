# -2: no such field, -1: it does not expire
a> HPTTL nokey FIELDS 2 a b
a< [-2 -2]
a> HSET h a 1 b 2
a< 2
a> HPTTL h FIELDS 3 a x b
a< [-1 -2 -1]
a> HPEXPIREAT h 8999999999500 FIELDS 1 a
a< [1]
a> HPTTL h FIELDS 4 a b x a
a< [<int> -1 -2 <int>]
a> HPTTL h fields 1 a
a< [<int>]
# one whose time has come is missing, whether it has been removed or not
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> HPEXPIRE h 1 FIELDS 1 b
a< [1]
wait 2000 HPTTL h FIELDS 1 b -> [-2]
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSET t a 1 b 2
a< 2
a> HPEXPIREAT t 8999999999500 FIELDS 1 a
a< [1]
a> HPTTL t FIELDS 3 a b x
a< [<int> -1 -2]
# errors
a> HPTTL h FIELD 1 a
a< (error) ERR Mandatory argument FIELDS is missing or not at the right position
a> HPTTL h FIELDS 0 a
a< (error) ERR Number of fields must be a positive integer
a> HPTTL h FIELDS x a
a< (error) ERR Number of fields must be a positive integer
a> HPTTL h FIELDS 2 a
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HPTTL h FIELDS 1 a b
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HPTTL h FIELDS 1
a< (error) ERR wrong number of arguments for 'hpttl' command
a> SET s x
a< OK
a> HPTTL s FIELDS 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HPTTL s FIELD 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
