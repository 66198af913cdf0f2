oracle
a> PFADD k
a< 1
a> GET k
a< "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff"
a> PFADD k
a< 0
a> PFADD k a b c
a< 1
a> PFADD k a b c
a< 0
a> PFADD k a
a< 0
a> PFADD k ""
a< 1
a> PFADD k ""
a< 0
a> GET k
a< "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80W1\x84I\xc0\x80P\xb1\x84K\xfb\x80BZ"
a> TYPE k
a< string
a> OBJECT ENCODING k
a< "raw"
a> PFDEBUG DECODE k
a< "Z:5938 v:2,1 Z:2497 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603"
# The bytes can be moved.
a> SET copy "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff"
a< OK
a> PFCOUNT copy
a< 0
a> PFADD copy a
a< 1
a> PFDEBUG DECODE copy
a< "Z:12711 v:2,1 Z:3672"
# An expiry stays.
a> EXPIRE k 100
a< 1
a> PFADD k new
a< 1
a> TTL k
a< 100
# Above the limit the registers become dense.
restart
a> CONFIG SET hll-sparse-max-bytes 22
a< OK
a> PFADD k a
a< 1
a> PFADD k b
a< 1
a> PFDEBUG ENCODING k
a< dense
a> PFDEBUG DECODE k
a< (error) ERR HLL encoding is not sparse
a> STRLEN k
a< 12304
a> PFADD k c
a< 1
a> PFDEBUG ENCODING k
a< dense
a> STRLEN k
a< 12304
a> PFADD k a b c
a< 0
a> PFADD k d
a< 1
a> PFCOUNT k
a< 4
a> CONFIG SET hll-sparse-max-bytes 0
a< OK
a> PFADD other a
a< 1
a> PFDEBUG ENCODING other
a< dense
a> PFADD third
a< 1
a> PFDEBUG ENCODING third
a< sparse
# What is none.
restart
a> XADD s 1-1 f v
a< "1-1"
a> PFADD s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SET k hello
a< OK
a> PFADD k a
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET k 12345
a< OK
a> PFADD k a
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET k ""
a< OK
a> PFADD k
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET k "HYLL\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff"
a< OK
a> PFADD k a
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET k "HYLL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff"
a< OK
a> PFADD k a
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET k "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
a< OK
a> PFADD k a
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET k "hyll\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff"
a< OK
a> PFADD k a
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
# Sparse registers that end too early.
a> SET k "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\x0f"
a< OK
a> PFADD k a
a< 1
a> PFADD k
a< 0
a> SET k "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80"
a< OK
a> PFADD k a
a< (error) INVALIDOBJ Corrupted HLL object detected
a> PFADD
a< (error) ERR wrong number of arguments for 'pfadd' command
