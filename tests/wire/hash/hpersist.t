# -2: no such field, -1: it does not expire anyway
a> HPERSIST nokey FIELDS 2 a b
a< [-2 -2]
a> HSET h a 1 b 2
a< 2
a> HPERSIST h FIELDS 1 a
a< [-1]
a> OBJECT ENCODING h
a< "listpack"
a> HEXPIREAT h 9000000000 FIELDS 1 a
a< [1]
a> HPERSIST h FIELDS 4 a b x a
a< [1 -1 -2 -1]
a> HTTL h FIELDS 2 a b
a< [-1 -1]
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSETEX t EX 1000 FIELDS 2 a 1 b 2
a< 1
a> HPERSIST t FIELDS 2 b x
a< [1 -2]
a> HTTL t FIELDS 2 a b
a< [<int> -1]
# errors
a> HPERSIST h FIELD 1 a
a< (error) ERR Mandatory argument FIELDS is missing or not at the right position
a> HPERSIST h FIELDS 0 a
a< (error) ERR Number of fields must be a positive integer
a> HPERSIST h FIELDS 2 a
a< (error) ERR The `numfields` parameter must match the number of arguments
a> HPERSIST h FIELDS 1
a< (error) ERR wrong number of arguments for 'hpersist' command
a> SET s x
a< OK
a> HPERSIST s FIELDS 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
