oracle
a> SET k v
a< OK
a> EXPIREAT k 4102444800
a< 1
a> EXPIRETIME k
a< 4102444800
a> EXPIREAT k 4102444801 LT
a< 0
a> EXPIREAT k 4102444801 GT
a< 1
a> EXPIRETIME k
a< 4102444801
a> EXPIREAT k 4102444802 NX
a< 0
a> EXPIREAT k 4102444802 XX
a< 1
a> PEXPIRETIME k
a< 4102444802000
a> EXPIREAT k x
a< (error) ERR value is not an integer or out of range
a> EXPIREAT k 9223372036854775807
a< (error) ERR invalid expire time in 'expireat' command
a> EXPIREAT k 100 bogus
a< (error) ERR Unsupported option bogus
# Ends of lines within an error are blanks, those at its end are dropped.
a> EXPIREAT k 100 "x\r\ny\r\n"
a< (error) ERR Unsupported option x  y
a> EXPIREAT none 100
a< 0
a> EXPIREAT k 1
a< 1
a> EXISTS k
a< 0
a> SET k v
a< OK
a> EXPIREAT k -5
a< 1
a> EXISTS k
a< 0
a> EXPIREAT k
a< (error) ERR wrong number of arguments for 'expireat' command
