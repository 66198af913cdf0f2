a> HSETEX h FIELDS 2 a 1 b 2
a< 1
a> HGETALL h
a< ["a" "1" "b" "2"]
a> OBJECT ENCODING h
a< "listpack"
a> HSETEX h FIELDS 2 a 3 a 4
a< 1
a> HGET h a
a< "4"
# every way to say a time
a> HSETEX h EXAT 9000000000 FIELDS 1 a 1
a< 1
a> HSETEX h PXAT 9000000000500 FIELDS 1 b 1
a< 1
a> HPEXPIRETIME h FIELDS 2 a b
a< [9000000000000 9000000000500]
a> HSETEX h EX 100 FIELDS 1 c 1
a< 1
a> HSETEX h PX 100000 FIELDS 1 d 1
a< 1
a> HTTL h FIELDS 2 c d
a< [<int> <int>]
# KEEPTTL leaves the times, else they are dropped
a> HSETEX h KEEPTTL FIELDS 3 a 2 b 2 e 2
a< 1
a> HPEXPIRETIME h FIELDS 3 a b e
a< [9000000000000 9000000000500 -1]
a> HSETEX h FIELDS 1 a 2
a< 1
a> HTTL h FIELDS 1 a
a< [-1]
# FNX: only if none is there; FXX: only if all are; anywhere
a> HSETEX h FNX FIELDS 2 a x z x
a< 0
a> HSETEX h FXX FIELDS 2 a x z x
a< 0
a> HMGET h a z
a< ["2" nil]
a> HSETEX h EX 100 FNX FIELDS 1 z 1
a< 1
a> HSETEX h FIELDS 2 a 5 z 5 FXX KEEPTTL
a< 1
a> HMGET h a z
a< ["5" "5"]
a> HSETEX nokey FXX FIELDS 1 a 1
a< 0
a> EXISTS nokey
a< 0
a> HSETEX new fnx px 100000 fields 1 a 1
a< 1
# names and values that look like options
a> HSETEX h FIELDS 2 EX 60 FIELDS FNX
a< 1
a> HMGET h EX FIELDS
a< ["60" "FNX"]
# a time that has passed deletes what was just set
a> HSETEX new PX 0 FIELDS 2 a 1 b 1
a< 1
a> EXISTS new
a< 0
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSETEX t EXAT 9000000000 FIELDS 2 a 1 b 2
a< 1
a> HSETEX t KEEPTTL FIELDS 1 a 3
a< 1
a> HSETEX t FIELDS 1 b 3
a< 1
a> HEXPIRETIME t FIELDS 2 a b
a< [9000000000 -1]
a> OBJECT ENCODING t
a< "hashtable"
# errors, before the key is looked at
a> HSETEX t NX FIELDS 1 a 1
a< (error) ERR unknown argument: NX
a> HSETEX t PERSIST FIELDS 1 a 1
a< (error) ERR unknown argument: PERSIST
a> HSETEX t FIELDS 1 a 1 more
a< (error) ERR unknown argument: more
a> HSETEX t FIELDS 2 a 1
a< (error) ERR wrong number of arguments
a> HSETEX t FIELDS 2 a 1 b
a< (error) ERR wrong number of arguments
a> HSETEX t FNX EX 10 FIELDS
a< (error) ERR wrong number of arguments
a> HSETEX t FIELDS 0 a 1
a< (error) ERR invalid number of fields
a> HSETEX t FIELDS x a 1
a< (error) ERR invalid number of fields
a> HSETEX t FIELDS -1 a 1
a< (error) ERR invalid number of fields
a> HSETEX t FIELDS 1 a 1 FIELDS 1 b 1
a< (error) ERR FIELDS keyword specified multiple times
a> HSETEX t FNX FXX FIELDS 1 a 1
a< (error) ERR Only one of FXX or FNX arguments can be specified
a> HSETEX t FXX FXX FIELDS 1 a 1
a< (error) ERR Only one of FXX or FNX arguments can be specified
a> HSETEX t EX 10 KEEPTTL FIELDS 1 a 1
a< (error) ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
a> HSETEX t KEEPTTL KEEPTTL FIELDS 1 a 1
a< (error) ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
a> HSETEX t EX FIELDS 1 a 1
a< (error) ERR value is not an integer or out of range
a> HSETEX t EXAT -1 FIELDS 1 a 1
a< (error) ERR invalid expire time, must be >= 0
a> HSETEX t PX 70368744177664 FIELDS 1 a 1
a< (error) ERR invalid expire time in 'hsetex' command
a> HSETEX t FIELDS 1 a 1 EX
a< (error) ERR missing expire time
a> HSETEX t FNX KEEPTTL EX 1
a< (error) ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
a> HSETEX t FIELDS 1 a
a< (error) ERR wrong number of arguments for 'hsetex' command
a> HMGET t a b
a< ["3" "3"]
a> SET s x
a< OK
a> HSETEX s FIELDS 1 a 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HSETEX s FIELDS 0 a 1
a< (error) ERR invalid number of fields
