oracle
a> PFADD k a b c d
a< 1
a> PFDEBUG ENCODING k
a< sparse
a> PFDEBUG DECODE k
a< "Z:7292 v:1,1 Z:1143 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603"
a> PFDEBUG TODENSE k
a< 1
a> PFDEBUG TODENSE k
a< 0
a> PFDEBUG ENCODING k
a< dense
a> PFDEBUG DECODE k
a< (error) ERR HLL encoding is not sparse
a> PFCOUNT k
a< 4
a> PFADD r x
a< 1
a> PFDEBUG GETREG r
a< *
a> PFDEBUG encoding r
a< dense
a> PFDEBUG GETREG r
a< *
a> PFDEBUG NOPE k
a< (error) ERR Unknown PFDEBUG subcommand 'NOPE'
a> PFDEBUG ENCODING none
a< (error) ERR The specified key does not exist
a> PFDEBUG NOPE none
a< (error) ERR The specified key does not exist
a> XADD s 1-1 f v
a< "1-1"
a> PFDEBUG ENCODING s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SET bad hello
a< OK
a> PFDEBUG ENCODING bad
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET bad "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\x0f"
a< OK
a> PFDEBUG ENCODING bad
a< sparse
a> PFDEBUG TODENSE bad
a< (error) INVALIDOBJ Corrupted HLL object detected
a> PFDEBUG GETREG bad
a< (error) INVALIDOBJ Corrupted HLL object detected
a> PFDEBUG DECODE bad
a< "Z:16144"
a> PFDEBUG ENCODING
a< (error) ERR wrong number of arguments for 'pfdebug' command
a> PFDEBUG ENCODING k more
a< (error) ERR wrong number of arguments for 'pfdebug' command
