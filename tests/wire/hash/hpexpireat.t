# one number for each field: -2 no such field
a> HPEXPIREAT nokey 9000000000000 FIELDS 2 a b
a< [-2 -2]
a> HSET h a 1 b 2 c 3
a< 3
a> HPEXPIREAT h 9000000000000 FIELDS 3 a x b
a< [1 -2 1]
a> OBJECT ENCODING h
a< "listpackex"
a> HTTL h FIELDS 2 c x
a< [-1 -2]
a> HPEXPIRETIME h FIELDS 3 a b c
a< [9000000000000 9000000000000 -1]
# NX: only where there is none; XX: only where there is one
a> HPEXPIREAT h 9000000001000 NX FIELDS 2 a c
a< [0 1]
a> HPEXPIREAT h 9000000001000 XX FIELDS 2 a b
a< [1 1]
# GT: only later; LT: only earlier, and none counts as never
a> HPEXPIREAT h 9000000000000 GT FIELDS 1 a
a< [0]
a> HPEXPIREAT h 9000000000000 LT FIELDS 1 a
a< [1]
a> HPEXPIREAT h 9000000001000 GT FIELDS 1 a
a< [1]
a> HPERSIST h FIELDS 1 a
a< [1]
a> HPEXPIREAT h 9000000000000 GT FIELDS 1 a
a< [0]
a> HPEXPIREAT h 9000000000000 lt fields 1 a
a< [1]
# conditions may stand behind the fields
a> HPEXPIREAT h 9000000000000 FIELDS 1 a NX
a< [0]
# a time that has passed deletes: 2; the last field takes the key with it
a> HPEXPIREAT h 1 FIELDS 2 a x
a< [2 -2]
a> HEXISTS h a
a< 0
a> HPEXPIREAT h 1 FIELDS 2 b c
a< [2 2]
a> EXISTS h
a< 0
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSET t a 1 b 2
a< 2
a> HPEXPIREAT t 9000000000000 FIELDS 2 a x
a< [1 -2]
a> HPEXPIREAT t 9000000001000 NX FIELDS 2 a b
a< [0 1]
a> HPERSIST t FIELDS 2 a b
a< [1 1]
a> OBJECT ENCODING t
a< "hashtable"
a> HPEXPIREAT t 1 FIELDS 1 a
a< [2]
# errors, the key's type first
a> HPEXPIREAT t x FIELDS 1 b
a< (error) ERR value is not an integer or out of range
a> HPEXPIREAT t FIELDS 1 b 60
a< (error) ERR value is not an integer or out of range
a> HPEXPIREAT t -1 FIELDS 1 b
a< (error) ERR invalid expire time, must be >= 0
a> HPEXPIREAT t 70368744177664 FIELDS 1 b
a< (error) ERR invalid expire time in 'hpexpireat' command
a> HPEXPIREAT t 9223372036854775807 FIELDS 1 b
a< (error) ERR invalid expire time in 'hpexpireat' command
a> HPEXPIREAT t 9000000000000 NX XX FIELDS 1 b
a< (error) ERR Multiple condition flags specified
a> HPEXPIREAT t 9000000000000 FIELDS 1 b GT LT
a< (error) ERR Multiple condition flags specified
a> HPEXPIREAT t 9000000000000 WHAT FIELDS 1 b
a< (error) ERR unknown argument: WHAT
a> HPEXPIREAT t 9000000000000 FIELDS 1 b c
a< (error) ERR unknown argument: c
a> HPEXPIREAT t 9000000000000 NX NX NX NX
a< (error) ERR missing FIELDS argument
a> HPEXPIREAT t 9000000000000 FIELDS 0 b
a< (error) ERR Parameter `numFields` should be greater than 0
a> HPEXPIREAT t 9000000000000 FIELDS x b
a< (error) ERR Parameter `numFields` should be greater than 0
a> HPEXPIREAT t 9000000000000 FIELDS 3 a b
a< (error) ERR wrong number of arguments
a> HPEXPIREAT t 9000000000000 FIELDS 1 b FIELDS 1 b
a< (error) ERR FIELDS keyword specified multiple times
a> HPEXPIREAT t 9000000000000 NX XX FIELDS
a< (error) ERR FIELDS requires at least numfields and one field argument
a> HPEXPIREAT t 9000000000000 FIELDS 1
a< (error) ERR wrong number of arguments for 'hpexpireat' command
a> HTTL t FIELDS 1 b
a< [-1]
a> SET s x
a< OK
a> HPEXPIREAT s 9000000000000 FIELDS 1 b
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HPEXPIREAT s x FIELDS 1 b
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
