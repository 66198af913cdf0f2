# ARLASTITEMS: what was inserted last, the oldest first; REV the other way.
a> ARINSERT k first second third
a< 2
a> ARLASTITEMS k 2
a< ["second" "third"]
a> ARLASTITEMS k 2 REV
a< ["third" "second"]
a> ARLASTITEMS k 9 rev
a< ["third" "second" "first"]
a> ARLASTITEMS k 0
a< []
a> ARLASTITEMS k -1
a< []
a> ARLASTITEMS missing 5
a< []
# Without a cursor, from the end; empty positions are null.
a> ARMSET s 0 a 2 c
a< 2
a> ARLASTITEMS s 5
a< [nil "c"]
a> ARLASTITEMS k x
a< (error) ERR value is not an integer or out of range
a> ARLASTITEMS k 2 FORWARD
a< (error) ERR syntax error
a> ARLASTITEMS k 2 REV REV
a< (error) ERR syntax error
a> SET t v
a< OK
a> ARLASTITEMS t 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
