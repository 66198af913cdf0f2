# -2: no such field, -1: it does not expire
a> HEXPIRETIME nokey FIELDS 2 a b
a< [-2 -2]
a> HSET h a 1 b 2
a< 2
a> HEXPIRETIME h FIELDS 3 a x b
a< [-1 -2 -1]
a> HPEXPIREAT h 8999999999500 FIELDS 1 a
a< [1]
a> HEXPIRETIME h FIELDS 4 a b x a
a< [9000000000 -1 -2 9000000000]
a> HEXPIRETIME h fields 1 a
a< [9000000000]
# one whose time has come is missing, whether it has been removed or not
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> HPEXPIRE h 1 FIELDS 1 b
a< [1]
wait 2000 HEXPIRETIME h FIELDS 1 b -> [-2]
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSET t a 1 b 2
a< 2
a> HPEXPIREAT t 8999999999500 FIELDS 1 a
a< [1]
a> HEXPIRETIME t FIELDS 3 a b x
a< [9000000000 -1 -2]
# errors
a> HEXPIRETIME h FIELD 1 a
a< (error) ERR Mandatory argument FIELDS is missing or not at the right position
a> HEXPIRETIME h FIELDS 0 a
a< (error) ERR Number of fields must be a positive integer
a> HEXPIRETIME h FIELDS x a
a< (error) ERR Number of fields must be a positive integer
a> HEXPIRETIME h FIELDS 2 a
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HEXPIRETIME h FIELDS 1 a b
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HEXPIRETIME h FIELDS 1
a< (error) ERR wrong number of arguments for 'hexpiretime' command
a> SET s x
a< OK
a> HEXPIRETIME s FIELDS 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HEXPIRETIME s FIELD 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
