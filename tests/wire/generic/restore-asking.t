# RESTORE for a node that takes over a slot.
a> SET s hello
a< OK
a> DUMP s
a< $s=<str>
a> RESTORE-ASKING t 0 $s
a< OK
a> GET t
a< "hello"
a> RESTORE-ASKING t 0 $s
a< (error) BUSYKEY Target key name already exists.
a> RESTORE-ASKING t 100000 $s REPLACE
a< OK
a> TTL t
a< 100
a> RESTORE-ASKING t 0
a< (error) ERR wrong number of arguments for 'restore-asking' command
