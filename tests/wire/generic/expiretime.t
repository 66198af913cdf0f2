oracle
a> EXPIRETIME none
a< -2
a> SET k v
a< OK
a> EXPIRETIME k
a< -1
a> PEXPIREAT k 4102444800499
a< 1
a> EXPIRETIME k
a< 4102444800
a> PEXPIREAT k 4102444800500
a< 1
a> EXPIRETIME k
a< 4102444801
a> EXPIRETIME
a< (error) ERR wrong number of arguments for 'expiretime' command
