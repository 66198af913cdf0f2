oracle
a> RANDOMKEY
a< (nil)
a> SET k v
a< OK
a> RANDOMKEY
a< "k"
a> SELECT 1
a< OK
a> RANDOMKEY
a< (nil)
a> SELECT 0
a< OK
a> RANDOMKEY x
a< (error) ERR wrong number of arguments for 'randomkey' command
