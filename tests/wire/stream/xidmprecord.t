# Redis 8.6.2: section 20.2. The time in the ID decides how long a pair is kept, so these are of now.
a> XIDMPRECORD s p i 1-0
a< (error) ERR no such key
a> XADD s * f v
a< $x=<id>
a> XADD s * f v
a< $y=<id>
a> XADD s * f v
a< $z=<id>
a> XIDMPRECORD s p i $x
a< OK
a> XINFO STREAM s
a< ["length" 3 * * * * * * * * * * * * "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 1 "iids-tracked" 1 "iids-added" 1 "iids-duplicates" 0 "groups" 0 "first-entry" * "last-entry" *]
a> XADD s IDMP p i * f v
a< $x
a> XLEN s
a< 3
a> XIDMPRECORD s p i $x
a< OK
a> XINFO STREAM s
a< ["length" 3 * * * * * * * * * * * * "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 1 "iids-tracked" 1 "iids-added" 1 "iids-duplicates" 1 "groups" 0 "first-entry" * "last-entry" *]
a> XIDMPRECORD s p i $y
a< (error) ERR IID already exists for this producer with a different stream ID
a> XIDMPRECORD s q i $y
a< OK
a> XADD s IDMP q i * f v
a< $y
a> XIDMPRECORD s p j $y
a< OK
a> XADD s IDMP p j * f v
a< $y
a> XINFO STREAM s
a< ["length" 3 * * * * * * * * * * * * "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 2 "iids-tracked" 3 "iids-added" 3 "iids-duplicates" 3 "groups" 0 "first-entry" * "last-entry" *]
# maxsize holds here too
a> XCFGSET s IDMP-MAXSIZE 1
a< OK
a> XIDMPRECORD s p i $x
a< OK
a> XIDMPRECORD s p j $y
a< OK
a> XIDMPRECORD s p j $z
a< (error) ERR IID already exists for this producer with a different stream ID
a> XIDMPRECORD s p i $z
a< OK
a> XADD s IDMP p i * f v
a< $z
a> XLEN s
a< 3
# errors, in their order
a> XIDMPRECORD s p k x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD s p k -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD s p k *
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD s p k (1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD s p k $
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD s p k 1-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD s "" "" x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XIDMPRECORD s "" "" 1-0
a< (error) ERR producer ID must be non-empty
a> XIDMPRECORD none "" i 1-0
a< (error) ERR producer ID must be non-empty
a> XIDMPRECORD none p "" 1-0
a< (error) ERR idempotent ID must be non-empty
a> XIDMPRECORD none p i 1-0
a< (error) ERR no such key
a> SET text x
a< OK
a> XIDMPRECORD text p "" 1-0
a< (error) ERR idempotent ID must be non-empty
a> XIDMPRECORD text p i 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XIDMPRECORD s p k 9-0
a< (error) ERR No such message in stream
a> XDEL s $y
a< 1
a> XIDMPRECORD s p k $y
a< (error) ERR No such message in stream
a> XIDMPRECORD s p k 0-0
a< (error) ERR No such message in stream
a> XIDMPRECORD
a< (error) ERR wrong number of arguments for 'xidmprecord' command
a> XIDMPRECORD s p i
a< (error) ERR wrong number of arguments for 'xidmprecord' command
a> XIDMPRECORD s p i 1-0 x
a< (error) ERR wrong number of arguments for 'xidmprecord' command
