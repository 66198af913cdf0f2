oracle
a> SET s hello
a< OK
a> DUMP s
a< $s=<str>
a> RESTORE t 0 $s
a< OK
a> GET t
a< "hello"
a> TTL t
a< -1
# a key that is there needs REPLACE
a> RESTORE t 0 $s
a< (error) BUSYKEY Target key name already exists.
a> RESTORE t x $s
a< (error) BUSYKEY Target key name already exists.
a> SET t other EX 100
a< OK
a> RESTORE t 0 $s REPLACE
a< OK
a> GET t
a< "hello"
a> TTL t
a< -1
# times: relative, absolute, passed
a> RESTORE t 100000 $s REPLACE
a< OK
a> TTL t
a< 100
a> RESTORE t 4000000000000 $s replace absttl
a< OK
a> PEXPIRETIME t
a< 4000000000000
a> RESTORE t 1 $s REPLACE ABSTTL
a< OK
a> EXISTS t
a< 0
a> RESTORE new 1 $s ABSTTL
a< OK
a> EXISTS new
a< 0
a> RESTORE t 0 $s ABSTTL
a< OK
a> TTL t
a< -1
# how it was used
a> RESTORE i 0 $s IDLETIME 1000
a< OK
a> OBJECT IDLETIME i
a< 1000
a> CONFIG SET maxmemory-policy allkeys-lfu
a< OK
a> RESTORE f 0 $s FREQ 200
a< OK
a> OBJECT FREQ f
a< 200
a> CONFIG SET maxmemory-policy noeviction
a< OK
# errors, in their order; none of them changes anything
a> RESTORE e 0 $s IDLETIME 1 FREQ 1
a< (error) ERR syntax error
a> RESTORE e 0 $s FREQ 256
a< (error) ERR Invalid FREQ value, must be >= 0 and <= 255
a> RESTORE e 0 $s FREQ -1
a< (error) ERR Invalid FREQ value, must be >= 0 and <= 255
a> RESTORE e 0 $s IDLETIME -1
a< (error) ERR Invalid IDLETIME value, must be >= 0
a> RESTORE e 0 $s IDLETIME x
a< (error) ERR value is not an integer or out of range
a> RESTORE e 0 $s IDLETIME
a< (error) ERR syntax error
a> RESTORE e 0 $s NOPE
a< (error) ERR syntax error
a> RESTORE e -1 $s
a< (error) ERR Invalid TTL value, must be >= 0
a> RESTORE e x $s
a< (error) ERR value is not an integer or out of range
a> RESTORE e 0 ""
a< (error) ERR DUMP payload version or checksum are wrong
a> RESTORE e 0 "\x00\x05hello\x0a\x00cr\xdfve4 \x0b"
a< (error) ERR DUMP payload version or checksum are wrong
a> RESTORE e 0 "\x00\x05hellp\x0a\x00cr\xdfve4 \x0a"
a< (error) ERR DUMP payload version or checksum are wrong
a> RESTORE e 0 "\x00\x05hello\xff\x00cr\xdfve4 \x0a"
a< (error) ERR DUMP payload version or checksum are wrong
a> EXISTS e
a< 0
a> RESTORE t 0 x REPLACE
a< (error) ERR DUMP payload version or checksum are wrong
a> GET t
a< "hello"
a> RESTORE t 0
a< (error) ERR wrong number of arguments for 'restore' command
# streams with their groups
a> XADD x 1-1 f v g w
a< "1-1"
a> XADD x 2-1 f v
a< "2-1"
a> XADD x 3-1 f w
a< "3-1"
a> XDEL x 2-1
a< 1
a> XGROUP CREATE x g 0
a< OK
a> XREADGROUP GROUP g alice COUNT 1 STREAMS x >
a< [["x" [["1-1" ["f" "v" "g" "w"]]]]]
a> DUMP x
a< $x=<str>
a> RESTORE y 0 $x
a< OK
a> XRANGE y - +
a< [["1-1" ["f" "v" "g" "w"]] ["3-1" ["f" "w"]]]
a> XPENDING y g
a< [1 "1-1" "1-1" [["alice" "1"]]]
a> XREADGROUP GROUP g alice STREAMS y >
a< [["y" [["3-1" ["f" "w"]]]]]
a> XADD y 3-1 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
only ours
# what only newer versions know is kept too: producers, released entries
a> XADD z IDMP p i * f v
a< $i=<id>
a> XGROUP CREATE z g 0
a< OK
a> XREADGROUP GROUP g c STREAMS z >
a< *
a> XNACK z g FAIL IDS 1 $i
a< 1
a> DUMP z
a< $z=<str>
a> RESTORE zz 0 $z
a< OK
a> XADD zz IDMP p i * f v
a< $i
a> XPENDING zz g
a< [1 $i $i []]
end
