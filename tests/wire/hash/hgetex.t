a> HGETEX nokey FIELDS 2 a b
a< [nil nil]
a> HGETEX nokey EX 10 FIELDS 1 a
a< [nil]
a> EXISTS nokey
a< 0
a> HSET h a 1 b 2 c 3
a< 3
a> HGETEX h FIELDS 3 a x b
a< ["1" nil "2"]
a> OBJECT ENCODING h
a< "listpack"
# every way to say a time
a> HGETEX h EXAT 9000000000 FIELDS 2 a x
a< ["1" nil]
a> HGETEX h PXAT 9000000000500 FIELDS 1 b
a< ["2"]
a> HPEXPIRETIME h FIELDS 3 a b c
a< [9000000000000 9000000000500 -1]
a> HGETEX h EX 100 FIELDS 1 a
a< ["1"]
a> HGETEX h PX 100000 FIELDS 1 b
a< ["2"]
a> HTTL h FIELDS 2 a b
a< [<int> <int>]
# without one the time stays; PERSIST drops it, and may stand behind the fields
a> HGETEX h FIELDS 1 a
a< ["1"]
a> HTTL h FIELDS 1 a
a< [<int>]
a> HGETEX h fields 2 a c persist
a< ["1" "3"]
a> HTTL h FIELDS 1 a
a< [-1]
# names that look like options
a> HSET h EX 60 FIELDS f
a< 2
a> HGETEX h FIELDS 2 EX FIELDS PERSIST
a< ["60" "f"]
# a time that has passed deletes what it returns
a> HGETEX h PX 0 FIELDS 2 a x
a< ["1" nil]
a> HEXISTS h a
a< 0
a> HGETEX h PXAT 1 FIELDS 4 b c EX FIELDS
a< ["2" "3" "60" "f"]
a> EXISTS h
a< 0
# the large form
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSET t a 1 b 2
a< 2
a> HGETEX t EXAT 9000000000 FIELDS 2 a x
a< ["1" nil]
a> HEXPIRETIME t FIELDS 2 a b
a< [9000000000 -1]
a> HGETEX t PERSIST FIELDS 1 a
a< ["1"]
a> HEXPIRETIME t FIELDS 1 a
a< [-1]
# errors, before the key is looked at
a> HGETEX t XFIELDS 1 a
a< (error) ERR unknown argument: XFIELDS
a> HGETEX t KEEPTTL FIELDS 1 a
a< (error) ERR unknown argument: KEEPTTL
a> HGETEX t FIELDS 1 a b
a< (error) ERR unknown argument: b
a> HGETEX t FIELDS 2 a
a< (error) ERR wrong number of arguments
a> HGETEX t EX 10 FIELDS
a< (error) ERR wrong number of arguments
a> HGETEX t FIELDS 0 a
a< (error) ERR invalid number of fields
a> HGETEX t FIELDS x a
a< (error) ERR invalid number of fields
a> HGETEX t FIELDS 9223372036854775808 a
a< (error) ERR invalid number of fields
a> HGETEX t FIELDS 1 a FIELDS 1 b
a< (error) ERR FIELDS keyword specified multiple times
a> HGETEX t EX 10 PX 10 FIELDS 1 a
a< (error) ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
a> HGETEX t PERSIST PERSIST FIELDS 1 a
a< (error) ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
a> HGETEX t EX x FIELDS 1 a
a< (error) ERR value is not an integer or out of range
a> HGETEX t EX -1 FIELDS 1 a
a< (error) ERR invalid expire time, must be >= 0
a> HGETEX t EXAT 70368744178 FIELDS 1 a
a< (error) ERR invalid expire time in 'hgetex' command
a> HGETEX t FIELDS 1 a EX
a< (error) ERR missing expire time
a> HGETEX t PERSIST EX 10
a< (error) ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
a> HGETEX t FIELDS 1
a< (error) ERR wrong number of arguments for 'hgetex' command
a> SET s x
a< OK
a> HGETEX s FIELDS 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HGETEX s FIELDS 0 a
a< (error) ERR invalid number of fields
