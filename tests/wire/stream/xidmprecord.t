# XIDMPRECORD, as a log replays it, and XCFGSET's errors.
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XIDMPRECORD s p i 1-0
a< OK
a> XIDMPRECORD s p i 1-0
a< OK
a> XIDMPRECORD s p i 2-0
a< (error) ERR IID already exists for this producer with a different stream ID
a> XIDMPRECORD s p j 9-0
a< (error) ERR No such message in stream
a> XIDMPRECORD s "" i 1-0
a< (error) ERR producer ID must be non-empty
a> XIDMPRECORD s p "" 1-0
a< (error) ERR idempotent ID must be non-empty
a> XIDMPRECORD s p i x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD nosuch p i 1-0
a< (error) ERR no such key
a> SET text v
a< OK
a> XIDMPRECORD text p i 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XCFGSET s IDMP-DURATION 50 IDMP-MAXSIZE 7
a< OK
a> XCFGSET s
a< (error) ERR At least one parameter must be specified
a> XCFGSET s IDMP-DURATION 0
a< (error) ERR IDMP-DURATION must be between 1 and 86400 seconds
a> XCFGSET s IDMP-MAXSIZE 10001
a< (error) ERR IDMP-MAXSIZE must be between 1 and 10000 entries
a> XCFGSET s IDMP-MAXSIZE 1 IDMP-MAXSIZE 2
a< (error) ERR IDMP-MAXSIZE specified multiple times
a> XCFGSET s IDMP-DURATION 1 IDMP-DURATION 2
a< (error) ERR IDMP-DURATION specified multiple times
a> XCFGSET s BOGUS 1
a< (error) ERR syntax error
a> XCFGSET nosuch IDMP-MAXSIZE 1
a< (error) ERR no such key
a> XCFGSET text IDMP-MAXSIZE 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
