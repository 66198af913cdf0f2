# 7.0 takes any name
a> SET k v
a< OK
a> SCAN 0 COUNT 1000 TYPE nosuch
a< (error) ERR unknown type name 'nosuch'
a> SCAN -1
a< (error) ERR invalid cursor
