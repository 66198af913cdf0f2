oracle
a> PTTL none
a< -2
a> SET k v
a< OK
a> PTTL k
a< -1
a> PTTL
a< (error) ERR wrong number of arguments for 'pttl' command
