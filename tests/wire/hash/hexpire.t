# one number for each field: -2 no such field
a> HEXPIRE nokey 1000 FIELDS 2 a b
a< [-2 -2]
a> HSET h a 1 b 2 c 3
a< 3
a> HEXPIRE h 1000 FIELDS 3 a x b
a< [1 -2 1]
a> OBJECT ENCODING h
a< "listpackex"
a> HTTL h FIELDS 2 c x
a< [-1 -2]
# NX: only where there is none; XX: only where there is one
a> HEXPIRE h 2000 NX FIELDS 2 a c
a< [0 1]
a> HEXPIRE h 2000 XX FIELDS 2 a b
a< [1 1]
# GT: only later; LT: only earlier, and none counts as never
a> HEXPIRE h 1000 GT FIELDS 1 a
a< [0]
a> HEXPIRE h 1000 LT FIELDS 1 a
a< [1]
a> HEXPIRE h 2000 GT FIELDS 1 a
a< [1]
a> HPERSIST h FIELDS 1 a
a< [1]
a> HEXPIRE h 1000 GT FIELDS 1 a
a< [0]
a> HEXPIRE h 1000 lt fields 1 a
a< [1]
# conditions may stand behind the fields
a> HEXPIRE h 1000 FIELDS 1 a NX
a< [0]
# a time that has passed deletes: 2; the last field takes the key with it
a> HEXPIRE h 0 FIELDS 2 a x
a< [2 -2]
a> HEXISTS h a
a< 0
a> HEXPIRE h 0 FIELDS 2 b c
a< [2 2]
a> EXISTS h
a< 0
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSET t a 1 b 2
a< 2
a> HEXPIRE t 1000 FIELDS 2 a x
a< [1 -2]
a> HEXPIRE t 2000 NX FIELDS 2 a b
a< [0 1]
a> HPERSIST t FIELDS 2 a b
a< [1 1]
a> OBJECT ENCODING t
a< "hashtable"
a> HEXPIRE t 0 FIELDS 1 a
a< [2]
# errors, the key's type first
a> HEXPIRE t x FIELDS 1 b
a< (error) ERR value is not an integer or out of range
a> HEXPIRE t FIELDS 1 b 60
a< (error) ERR value is not an integer or out of range
a> HEXPIRE t -1 FIELDS 1 b
a< (error) ERR invalid expire time, must be >= 0
a> HEXPIRE t 70368744178 FIELDS 1 b
a< (error) ERR invalid expire time in 'hexpire' command
a> HEXPIRE t 9223372036854775807 FIELDS 1 b
a< (error) ERR invalid expire time in 'hexpire' command
a> HEXPIRE t 1000 NX XX FIELDS 1 b
a< (error) ERR Multiple condition flags specified
a> HEXPIRE t 1000 FIELDS 1 b GT LT
a< (error) ERR Multiple condition flags specified
a> HEXPIRE t 1000 WHAT FIELDS 1 b
a< (error) ERR unknown argument: WHAT
a> HEXPIRE t 1000 FIELDS 1 b c
a< (error) ERR unknown argument: c
a> HEXPIRE t 1000 NX NX NX NX
a< (error) ERR missing FIELDS argument
a> HEXPIRE t 1000 FIELDS 0 b
a< (error) ERR Parameter `numFields` should be greater than 0
a> HEXPIRE t 1000 FIELDS x b
a< (error) ERR Parameter `numFields` should be greater than 0
a> HEXPIRE t 1000 FIELDS 3 a b
a< (error) ERR wrong number of arguments
a> HEXPIRE t 1000 FIELDS 1 b FIELDS 1 b
a< (error) ERR FIELDS keyword specified multiple times
a> HEXPIRE t 1000 NX XX FIELDS
a< (error) ERR FIELDS requires at least numfields and one field argument
a> HEXPIRE t 1000 FIELDS 1
a< (error) ERR wrong number of arguments for 'hexpire' command
a> HTTL t FIELDS 1 b
a< [-1]
a> SET s x
a< OK
a> HEXPIRE s 1000 FIELDS 1 b
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HEXPIRE s x FIELDS 1 b
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
