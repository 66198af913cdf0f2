# Redis 8.6: section 20.1.
a> XCFGSET s IDMP-DURATION 1
a< (error) ERR no such key
a> XCFGSET s SOME 1
a< (error) ERR no such key
a> EXISTS s
a< 0
a> XADD s IDMP p i * f v
a< $x=<id>
a> XADD s IDMP q j * f v
a< $y=<id>
a> XINFO STREAM s
a< ["length" 2 * * * * * * * * * * * * "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 2 "iids-tracked" 2 "iids-added" 2 "iids-duplicates" 0 "groups" 0 "first-entry" * "last-entry" *]
# the same values again: what is known stays
a> XCFGSET s IDMP-DURATION 100
a< OK
a> XCFGSET s IDMP-MAXSIZE 100 IDMP-DURATION 100
a< OK
a> XADD s IDMP p i * f v
a< $x
a> XINFO STREAM s
a< ["length" 2 * * * * * * * * * * * * "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 2 "iids-tracked" 2 "iids-added" 2 "iids-duplicates" 1 "groups" 0 "first-entry" * "last-entry" *]
# another value: all is forgotten, the counters stay
a> XCFGSET s IDMP-DURATION 200
a< OK
a> XINFO STREAM s
a< ["length" 2 * * * * * * * * * * * * "idmp-duration" 200 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 2 "iids-duplicates" 1 "groups" 0 "first-entry" * "last-entry" *]
a> XADD s IDMP p i * f v
a< $z=<id>
a> XADD s IDMP p i * f v
a< $z
a> XCFGSET s idmp-maxsize 50
a< OK
a> XINFO STREAM s
a< ["length" 3 * * * * * * * * * * * * "idmp-duration" 200 "idmp-maxsize" 50 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 3 "iids-duplicates" 2 "groups" 0 "first-entry" * "last-entry" *]
a> XADD s IDMP p i * f v
a< <id>
a> XCFGSET s IDMP-MAXSIZE 10000 IDMP-DURATION 86400
a< OK
a> XINFO STREAM s
a< ["length" 4 * * * * * * * * * * * * "idmp-duration" 86400 "idmp-maxsize" 10000 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 4 "iids-duplicates" 2 "groups" 0 "first-entry" * "last-entry" *]
a> XCFGSET s IDMP-DURATION 1 IDMP-MAXSIZE 1
a< OK
a> XCFGSET s IDMP-DURATION 300 IDMP-MAXSIZE 1
a< OK
a> XINFO STREAM s
a< ["length" 4 * * * * * * * * * * * * "idmp-duration" 300 "idmp-maxsize" 1 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 4 "iids-duplicates" 2 "groups" 0 "first-entry" * "last-entry" *]
a> XADD s IDMP p i * f v
a< $u=<id>
# errors change nothing
a> XCFGSET s IDMP-DURATION 0
a< (error) ERR IDMP-DURATION must be between 1 and 86400 seconds
a> XCFGSET s IDMP-DURATION -1
a< (error) ERR IDMP-DURATION must be between 1 and 86400 seconds
a> XCFGSET s IDMP-DURATION 86401
a< (error) ERR IDMP-DURATION must be between 1 and 86400 seconds
a> XCFGSET s IDMP-MAXSIZE 0
a< (error) ERR IDMP-MAXSIZE must be between 1 and 10000 entries
a> XCFGSET s IDMP-MAXSIZE -1
a< (error) ERR IDMP-MAXSIZE must be between 1 and 10000 entries
a> XCFGSET s IDMP-MAXSIZE 10001
a< (error) ERR IDMP-MAXSIZE must be between 1 and 10000 entries
a> XCFGSET s IDMP-DURATION 5 IDMP-MAXSIZE 0
a< (error) ERR IDMP-MAXSIZE must be between 1 and 10000 entries
a> XCFGSET s IDMP-DURATION 5 IDMP-DURATION 5
a< (error) ERR IDMP-DURATION specified multiple times
a> XCFGSET s IDMP-MAXSIZE 5 IDMP-MAXSIZE 5
a< (error) ERR IDMP-MAXSIZE specified multiple times
a> XCFGSET s SOME 1
a< (error) ERR syntax error
a> XCFGSET s IDMP-DURATION 5 SOME
a< (error) ERR syntax error
a> XCFGSET s IDMP-MAXSIZE 5 IDMP-DURATION
a< (error) ERR syntax error
a> XINFO STREAM s
a< ["length" 5 * * * * * * * * * * * * "idmp-duration" 300 "idmp-maxsize" 1 "pids-tracked" 1 "iids-tracked" 1 "iids-added" 5 "iids-duplicates" 2 "groups" 0 "first-entry" * "last-entry" *]
a> XADD s IDMP p i * f v
a< $u
a> SET text x
a< OK
a> XCFGSET text IDMP-DURATION 5
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XCFGSET text SOME 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XCFGSET
a< (error) ERR wrong number of arguments for 'xcfgset' command
