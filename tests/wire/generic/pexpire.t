oracle
a> SET k v
a< OK
a> PEXPIRE k 100000
a< 1
a> TTL k
a< 100
a> PEXPIRE k 200000 NX
a< 0
a> PEXPIRE k 50000 LT
a< 1
a> TTL k
a< 50
a> PEXPIRE k 9223372036854775807
a< (error) ERR invalid expire time in 'pexpire' command
a> PEXPIRE k x
a< (error) ERR value is not an integer or out of range
a> PEXPIRE k 100 bogus
a< (error) ERR Unsupported option bogus
a> PEXPIRE k 100 NX XX
a< (error) ERR NX and XX, GT or LT options at the same time are not compatible
a> PEXPIRE none 100
a< 0
a> TTL k
a< 50
a> PEXPIRE k 0
a< 1
a> EXISTS k
a< 0
a> SET k v
a< OK
a> PEXPIRE k -9223372036854775808
a< 1
a> EXISTS k
a< 0
a> PEXPIRE k
a< (error) ERR wrong number of arguments for 'pexpire' command
