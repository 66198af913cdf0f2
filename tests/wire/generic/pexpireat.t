oracle
a> SET k v
a< OK
a> PEXPIREAT k 4102444800123
a< 1
a> PEXPIRETIME k
a< 4102444800123
a> PEXPIREAT k 4102444800122 GT
a< 0
a> PEXPIREAT k 4102444800123 GT
a< 0
a> PEXPIREAT k 4102444800123 LT
a< 0
a> PEXPIREAT k 4102444800124 GT
a< 1
a> PEXPIRETIME k
a< 4102444800124
a> PEXPIREAT k 4102444800124 NX
a< 0
a> PEXPIREAT k x
a< (error) ERR value is not an integer or out of range
a> PEXPIREAT k 100 bogus
a< (error) ERR Unsupported option bogus
a> PEXPIREAT none 100
a< 0
a> PEXPIREAT k 1
a< 1
a> EXISTS k
a< 0
a> PEXPIREAT k
a< (error) ERR wrong number of arguments for 'pexpireat' command
