oracle
a> EXPIRE none 100
a< 0
a> SET k v
a< OK
a> EXPIRE k 100
a< 1
a> TTL k
a< 100
a> EXPIRE k 200
a< 1
a> TTL k
a< 200
# NX, XX, GT, LT
a> SET k v
a< OK
a> EXPIRE k 100 XX
a< 0
a> EXPIRE k 100 GT
a< 0
a> TTL k
a< -1
a> EXPIRE k 200 LT
a< 1
a> TTL k
a< 200
a> EXPIRE k 300 NX
a< 0
a> EXPIRE k 300 LT
a< 0
a> EXPIRE k 100 GT
a< 0
a> TTL k
a< 200
a> EXPIRE k 300 GT
a< 1
a> TTL k
a< 300
a> EXPIRE k 200 XX LT
a< 1
a> TTL k
a< 200
a> EXPIRE k 300 XX GT
a< 1
a> TTL k
a< 300
a> PERSIST k
a< 1
a> EXPIRE k 100 NX
a< 1
a> EXPIRE k 90 xx gt
a< 0
a> EXPIRE k 50 nx
a< 0
a> TTL k
a< 100
a> SET k v
a< OK
a> EXPIRE k 200 LT XX
a< 0
a> TTL k
a< -1
# a time that has passed deletes
a> EXPIRE k 0
a< 1
a> EXISTS k
a< 0
a> SET k v
a< OK
a> EXPIRE k -5
a< 1
a> EXISTS k
a< 0
a> SET k v
a< OK
a> EXPIRE k 100
a< 1
a> EXPIRE k -5 GT
a< 0
a> EXISTS k
a< 1
a> EXPIRE k -5 LT
a< 1
a> EXISTS k
a< 0
# errors
a> SET k v
a< OK
a> EXPIRE k 100 NX XX
a< (error) ERR NX and XX, GT or LT options at the same time are not compatible
a> EXPIRE k 100 NX GT
a< (error) ERR NX and XX, GT or LT options at the same time are not compatible
a> EXPIRE k 100 LT NX
a< (error) ERR NX and XX, GT or LT options at the same time are not compatible
a> EXPIRE k 100 GT LT
a< (error) ERR GT and LT options at the same time are not compatible
a> EXPIRE k 100 bogus
a< (error) ERR Unsupported option bogus
a> EXPIRE k x bogus
a< (error) ERR Unsupported option bogus
a> EXPIRE k x
a< (error) ERR value is not an integer or out of range
a> EXPIRE k 1.5
a< (error) ERR value is not an integer or out of range
a> EXPIRE k 9223372036854775807
a< (error) ERR invalid expire time in 'expire' command
a> EXPIRE k 9223372036854775
a< (error) ERR invalid expire time in 'expire' command
a> EXPIRE k -9223372036854775807
a< (error) ERR invalid expire time in 'expire' command
a> EXPIRE none 9223372036854775807
a< (error) ERR invalid expire time in 'expire' command
a> TTL k
a< -1
a> EXPIRE k
a< (error) ERR wrong number of arguments for 'expire' command
