oracle
a> PEXPIRETIME none
a< -2
a> SET k v
a< OK
a> PEXPIRETIME k
a< -1
a> EXPIREAT k 4102444800
a< 1
a> PEXPIRETIME k
a< 4102444800000
a> PEXPIRETIME
a< (error) ERR wrong number of arguments for 'pexpiretime' command
