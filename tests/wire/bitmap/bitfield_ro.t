oracle
a> SET k "\xff\x01"
a< OK
a> BITFIELD_RO k GET u8 0 GET i8 0 GET u16 #0 GET u4 14
a< [255 -1 65281 4]
a> BITFIELD_RO k
a< []
a> BITFIELD_RO none GET u8 0
a< [0]
a> EXISTS none
a< 0
a> BITFIELD_RO k OVERFLOW SAT GET u8 8
a< [1]
a> BITFIELD_RO k SET u8 0 1
a< (error) ERR BITFIELD_RO only supports the GET subcommand
a> BITFIELD_RO k GET u8 0 INCRBY u8 0 1
a< (error) ERR BITFIELD_RO only supports the GET subcommand
a> BITFIELD_RO k SET u8 0 x
a< (error) ERR value is not an integer or out of range
a> BITFIELD_RO k SET u64 0 1
a< (error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
a> BITFIELD_RO k FOO
a< (error) ERR syntax error
a> XADD l 1-1 f v
a< "1-1"
a> BITFIELD_RO l GET u8 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BITFIELD_RO l SET u8 0 1
a< (error) ERR BITFIELD_RO only supports the GET subcommand
a> BITFIELD_RO
a< (error) ERR wrong number of arguments for 'bitfield_ro' command
