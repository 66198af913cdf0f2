oracle
a> PFADD a 1 2 3
a< 1
a> PFADD b 3 4 5
a< 1
a> PFMERGE d a b
a< OK
a> PFCOUNT d
a< 5
a> GET d
a< "HYLL\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00A\xee\x84H#\x80SQ\x80Mt\x80Q,\x8cC\xf3"
a> PFADD d 6
a< 1
a> PFMERGE d a
a< OK
a> PFCOUNT d
a< 6
a> PFMERGE d
a< OK
a> PFCOUNT d
a< 6
a> PFMERGE new
a< OK
a> PFCOUNT new
a< 0
a> PFDEBUG DECODE new
a< "Z:16384"
a> OBJECT ENCODING new
a< "raw"
a> PFMERGE new none none2
a< OK
a> PFCOUNT new
a< 0
# One dense source makes it dense.
a> PFDEBUG TODENSE b
a< 1
a> PFMERGE d b
a< OK
a> PFDEBUG ENCODING d
a< dense
a> PFCOUNT d
a< 6
a> PFMERGE fresh b a
a< OK
a> PFDEBUG ENCODING fresh
a< dense
a> PFCOUNT fresh
a< 5
# So does what does not fit.
restart
a> PFADD a 1 2 3
a< 1
a> PFADD b 4 5 6
a< 1
a> CONFIG SET hll-sparse-max-bytes 24
a< OK
a> PFMERGE d a b
a< OK
a> PFDEBUG ENCODING d
a< dense
a> PFCOUNT d
a< 6
restart
a> PFADD a 1
a< 1
a> PFADD d 2
a< 1
a> EXPIRE d 100
a< 1
a> PFMERGE d a
a< OK
a> TTL d
a< 100
a> XADD s 1-1 f v
a< "1-1"
a> PFMERGE s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> PFMERGE d s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> PFMERGE d a s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SET bad hello
a< OK
a> PFMERGE d bad
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> PFMERGE bad a
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET bad "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\x0f"
a< OK
a> PFMERGE d bad
a< (error) INVALIDOBJ Corrupted HLL object detected
a> PFMERGE bad a
a< (error) INVALIDOBJ Corrupted HLL object detected
a> PFCOUNT d
a< 2
a> GET bad
a< "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\x0f"
a> PFMERGE
a< (error) ERR wrong number of arguments for 'pfmerge' command
