oracle
a> GETDEL k
a< (nil)
a> SET k v
a< OK
a> GETDEL k
a< "v"
a> EXISTS k
a< 0
a> SET k 7
a< OK
a> GETDEL k
a< "7"
a> XADD l 1-1 f v
a< "1-1"
a> GETDEL l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> EXISTS l
a< 1
a> GETDEL
a< (error) ERR wrong number of arguments for 'getdel' command
a> GETDEL k k
a< (error) ERR wrong number of arguments for 'getdel' command
