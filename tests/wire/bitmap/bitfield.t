oracle
a> BITFIELD k SET u8 0 255 GET u8 0 GET i8 0 GET u4 4 GET i5 6
a< [0 255 -1 15 -8]
a> GET k
a< "\xff"
a> BITFIELD k INCRBY u8 0 10 INCRBY i8 8 -1
a< [9 -1]
a> BITFIELD k SET i8 #1 -128 GET i8 #1 GET u16 #0
a< [-1 -128 2432]
a> BITFIELD k
a< []
a> BITFIELD none
a< []
a> EXISTS none
a< 0
a> BITFIELD none GET u8 0 GET i64 100
a< [0 0]
a> EXISTS none
a< 0
# Between two bytes, and over nine of them.
a> BITFIELD w SET i64 3 -5 GET i64 3 GET u63 4 GET u1 3
a< [0 -5 9223372036854775803 1]
a> GET w
a< "\x1f\xff\xff\xff\xff\xff\xff\xff`"
a> BITFIELD w SET u63 7 9223372036854775807 GET u63 7 GET u8 64
a< [9223372036854775768 9223372036854775807 252]
a> BITFIELD w GET u8 1000
a< [0]
# Names in any case; types only in lower case.
a> bitfield w get u2 0 Set u2 0 3 InCrBy u2 0 -1 overflow sat incrby u2 0 9
a< [0 0 2 3]
a> BITFIELD w GET U8 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
# WRAP is the default, and the mode counts from where it stands.
restart
a> BITFIELD o SET u4 0 15 INCRBY u4 0 1 OVERFLOW SAT INCRBY u4 0 20 INCRBY u4 0 -30 OVERFLOW FAIL INCRBY u4 0 -1 INCRBY u4 0 16 INCRBY u4 0 3 OVERFLOW WRAP INCRBY u4 0 -4
a< [0 0 15 0 nil nil 3 15]
a> BITFIELD o SET i4 0 7 INCRBY i4 0 1 OVERFLOW SAT INCRBY i4 0 -3 INCRBY i4 0 100 OVERFLOW FAIL INCRBY i4 0 1 INCRBY i4 0 -16
a< [-1 -8 -8 7 nil nil]
a> BITFIELD o OVERFLOW SAT SET u4 0 16 SET u4 0 -1 GET u4 0 SET i4 0 -9 GET i4 0 SET i4 0 8 GET i4 0
a< [7 15 15 -1 -8 -8 7]
a> BITFIELD o OVERFLOW FAIL SET u4 0 16 SET u4 0 -1 SET i4 0 8 SET i4 0 -9 SET u4 0 15 GET u4 0
a< [nil nil nil nil 7 15]
a> BITFIELD o SET u4 0 17 GET u4 0 SET u4 0 -2 GET u4 0 SET i4 0 9 GET i4 0
a< [15 1 1 14 -2 -7]
a> BITFIELD o SET i64 0 9223372036854775807 INCRBY i64 0 1 OVERFLOW SAT INCRBY i64 0 -1 OVERFLOW FAIL INCRBY i64 0 -1
a< [-8070450532247928832 -9223372036854775808 -9223372036854775808 nil]
a> BITFIELD o OVERFLOW SAT SET i64 0 9223372036854775807 INCRBY i64 0 9223372036854775807
a< [-9223372036854775808 9223372036854775807]
a> BITFIELD o OVERFLOW FAIL INCRBY i64 0 9223372036854775807
a< [nil]
a> BITFIELD o SET u63 0 9223372036854775807 INCRBY u63 0 1 INCRBY u63 0 -1 OVERFLOW SAT INCRBY u63 0 9223372036854775807
a< [4611686018427387903 0 9223372036854775807 9223372036854775807]
a> BITFIELD o OVERFLOW SAT INCRBY u63 0 -9223372036854775808
a< [0]
# A key that only grew.
a> BITFIELD grown OVERFLOW FAIL INCRBY u8 0 300
a< [nil]
a> GET grown
a< "\x00"
a> SET n 12 EX 100
a< OK
a> BITFIELD n INCRBY u8 8 1
a< [51]
a> GET n
a< "13"
a> TTL n
a< 100
a> OBJECT ENCODING n
a< "raw"
a> SET m 12
a< OK
a> BITFIELD m GET u8 0
a< [49]
a> OBJECT ENCODING m
a< "int"
# What is wrong, and that nothing was done before it.
restart
a> BITFIELD k SET u8 0 1 GET u64 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k SET u8 0 1 GET i65 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k GET u0 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k GET u-1 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k GET u08 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k GET 8 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k GET "" 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k GET x8 0
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD k SET u8 0 1 GET u8 -1
a< (error) ERR bit offset is not an integer or out of range
a> BITFIELD k GET u8 #-1
a< (error) ERR bit offset is not an integer or out of range
a> BITFIELD k GET u8 #
a< (error) ERR bit offset is not an integer or out of range
a> BITFIELD k GET u8 x
a< (error) ERR bit offset is not an integer or out of range
a> BITFIELD k GET u8 4294967296
a< (error) ERR bit offset is not an integer or out of range
a> BITFIELD k GET u8 #536870912
a< (error) ERR bit offset is not an integer or out of range
a> BITFIELD k GET i64 #9223372036854775807
a< (error) ERR bit offset is not an integer or out of range
a> BITFIELD k SET u8 0 x
a< (error) ERR value is not an integer or out of range
a> BITFIELD k SET u8 0 9223372036854775808
a< (error) ERR value is not an integer or out of range
a> BITFIELD k INCRBY u8 0 1.5
a< (error) ERR value is not an integer or out of range
a> BITFIELD k OVERFLOW UP SET u8 0 1
a< (error) ERR Invalid OVERFLOW type specified
a> BITFIELD k OVERFLOW
a< (error) ERR syntax error
a> BITFIELD k GET u8
a< (error) ERR syntax error
a> BITFIELD k SET u8 0
a< (error) ERR syntax error
a> BITFIELD k INCRBY u8 0
a< (error) ERR syntax error
a> BITFIELD k DROP u8 0
a< (error) ERR syntax error
a> BITFIELD k OVERFLOW SAT
a< []
a> EXISTS k
a< 0
a> XADD l 1-1 f v
a< "1-1"
a> BITFIELD l GET u8 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BITFIELD l SET u8 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BITFIELD l SET u8 0 x
a< (error) ERR value is not an integer or out of range
a> BITFIELD l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BITFIELD
a< (error) ERR wrong number of arguments for 'bitfield' command
