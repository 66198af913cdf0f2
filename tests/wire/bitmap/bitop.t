oracle
a> SET a "\xff\x0f\xaa"
a< OK
a> SET b "\x0f\xff"
a< OK
a> BITOP AND d a b
a< 3
a> GET d
a< "\x0f\x0f\x00"
a> BITOP OR d a b
a< 3
a> GET d
a< "\xff\xff\xaa"
a> BITOP XOR d a b
a< 3
a> GET d
a< "\xf0\xf0\xaa"
a> BITOP NOT d a
a< 3
a> GET d
a< "\x00\xf0U"
a> BITOP and d a
a< 3
a> GET d
a< "\xff\x0f\xaa"
a> BITOP OR d a none
a< 3
a> GET d
a< "\xff\x0f\xaa"
a> BITOP AND d a none
a< 3
a> GET d
a< "\x00\x00\x00"
a> BITOP XOR d a a
a< 3
a> GET d
a< "\x00\x00\x00"
# The destination may be a source; its expiry goes.
a> SET a "\xf0\xf0" EX 100
a< OK
a> BITOP NOT a a
a< 2
a> GET a
a< "\x0f\x0f"
a> TTL a
a< -1
a> BITOP OR a a b a
a< 2
a> GET a
a< "\x0f\xff"
# A result that spells a number stays bytes.
a> SET n 123
a< OK
a> BITOP OR d n
a< 3
a> GET d
a< "123"
a> OBJECT ENCODING d
a< "raw"
# It replaces a key of any type; an empty result deletes it.
a> XADD s 1-1 f v
a< "1-1"
a> BITOP OR s n
a< 3
a> TYPE s
a< string
a> BITOP OR s none none2
a< 0
a> EXISTS s
a< 0
a> BITOP OR nothing none
a< 0
a> SET empty ""
a< OK
a> BITOP NOT n empty
a< 0
a> EXISTS n
a< 0
# Longer than a machine word on both sides.
a> SETBIT long 1030 1
a< 0
a> SETBIT other 515 1
a< 0
a> BITOP XOR d long other
a< 129
a> BITCOUNT d
a< 2
a> GETBIT d 1030
a< 1
a> GETBIT d 515
a< 1
a> BITOP AND d long other
a< 129
a> STRLEN d
a< 129
a> BITCOUNT d
a< 0
restart
only ours
a> SET x "\xf0"
a< OK
a> SET y "\xcc\x01"
a< OK
a> SET z "\xaa\x80"
a< OK
a> BITOP DIFF d x y z
a< 2
a> GET d
a< "\x10\x00"
a> BITOP DIFF1 d x y z
a< 2
a> GET d
a< "\x0e\x81"
a> BITOP ANDOR d x y z
a< 2
a> GET d
a< "\xe0\x00"
a> BITOP ONE d x y z
a< 2
a> GET d
a< "\x16\x81"
a> BITOP ONE d x x
a< 1
a> GET d
a< "\x00"
a> BITOP ONE d y
a< 2
a> GET d
a< "\xcc\x01"
a> BITOP DIFF d y x none
a< 2
a> GET d
a< "\x0c\x01"
a> BITOP DIFF1 d none y
a< 2
a> GET d
a< "\xcc\x01"
a> BITOP ANDOR d none y
a< 2
a> GET d
a< "\x00\x00"
a> BITOP ANDOR d y none
a< 2
a> GET d
a< "\x00\x00"
a> BITOP ANDOR d none none
a< 0
a> EXISTS d
a< 0
a> BITOP DIFF d x
a< (error) ERR BITOP DIFF must be called with at least two source keys.
a> BITOP diff1 d x
a< (error) ERR BITOP DIFF1 must be called with at least two source keys.
a> BITOP ANDOR d x
a< (error) ERR BITOP ANDOR must be called with at least two source keys.
end
a> SET x 1
a< OK
a> BITOP NOT d x x
a< (error) ERR BITOP NOT must be called with a single source key.
a> BITOP NAND d x
a< (error) ERR syntax error
a> XADD s 1-1 f v
a< "1-1"
a> BITOP OR d x s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BITOP NAND d s
a< (error) ERR syntax error
a> EXISTS d
a< 0
a> BITOP OR d
a< (error) ERR wrong number of arguments for 'bitop' command
