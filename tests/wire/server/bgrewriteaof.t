wait 10000 BGREWRITEAOF -> Background append only file rewriting started
a> BGREWRITEAOF
a< (error) ERR Background append only file rewriting already in progress
a> BGREWRITEAOF now
a< (error) ERR wrong number of arguments for 'bgrewriteaof' command
a> SET k v
a< OK
a> GET k
a< "v"
