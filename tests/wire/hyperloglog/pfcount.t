oracle
a> PFCOUNT none
a< 0
a> PFCOUNT none none2
a< 0
a> PFADD k a b c d e f g
a< 1
a> PFCOUNT k
a< 7
a> PFCOUNT k
a< 7
# The count is kept in the header.
a> GET k
a< "HYLL\x01\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00Fm\x80V\x0c\x80D<\x848\x80P\xb1\x84I\x8c\x80Bm\x80BZ"
a> PFADD k a
a< 0
a> GET k
a< "HYLL\x01\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00Fm\x80V\x0c\x80D<\x848\x80P\xb1\x84I\x8c\x80Bm\x80BZ"
a> PFADD k h i
a< 1
a> PFCOUNT k
a< 9
a> PFADD other a b x y
a< 1
a> PFCOUNT k other
a< 11
a> PFCOUNT k other none k
a< 11
# Counting several leaves their headers alone.
a> GET other
a< "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80q\xa6\x84H\xab\x88CN\x80BP\x84\x08"
a> PFDEBUG TODENSE other
a< 1
a> PFCOUNT other
a< 4
a> PFCOUNT k other
a< 11
# A count in the header is believed.
a> SET told "HYLL\x01\x00\x00\x00\x39\x30\x00\x00\x00\x00\x00\x00\x7f\xff"
a< OK
a> PFCOUNT told
a< 12345
a> PFCOUNT told none
a< 0
a> XADD s 1-1 f v
a< "1-1"
a> PFCOUNT s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> PFCOUNT k s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SET bad hello
a< OK
a> PFCOUNT bad
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> PFCOUNT none bad
a< (error) WRONGTYPE Key is not a valid HyperLogLog string value.
a> SET bad "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\x0f"
a< OK
a> PFCOUNT bad
a< (error) INVALIDOBJ Corrupted HLL object detected
a> PFCOUNT k bad
a< (error) INVALIDOBJ Corrupted HLL object detected
a> SET bad "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff\x80"
a< OK
a> PFCOUNT bad
a< (error) INVALIDOBJ Corrupted HLL object detected
a> PFCOUNT bad bad
a< (error) INVALIDOBJ Corrupted HLL object detected
# A damaged one whose header has a count is not looked at.
a> SET bad "HYLL\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x7f\x0f"
a< OK
a> PFCOUNT bad
a< 5
a> PFCOUNT
a< (error) ERR wrong number of arguments for 'pfcount' command
