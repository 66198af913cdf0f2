oracle
a> GETEX k
a< (nil)
a> SET k v
a< OK
a> GETEX k
a< "v"
a> TTL k
a< -1
a> GETEX k EX 100
a< "v"
a> TTL k
a< 100
a> GETEX k PX 200000
a< "v"
a> TTL k
a< 200
a> GETEX k EXAT 4102444800
a< "v"
a> EXPIRETIME k
a< 4102444800
a> GETEX k PXAT 4102444800123
a< "v"
a> PEXPIRETIME k
a< 4102444800123
a> GETEX k
a< "v"
a> PEXPIRETIME k
a< 4102444800123
a> GETEX k PERSIST
a< "v"
a> TTL k
a< -1
a> GETEX k PERSIST
a< "v"
a> GETEX k EX 100 EX 200
a< "v"
a> TTL k
a< 200
# a time that has passed deletes the key, after its value was read
a> GETEX k PXAT 1
a< "v"
a> EXISTS k
a< 0
a> SET k v
a< OK
a> GETEX k EXAT 1
a< "v"
a> EXISTS k
a< 0
# the words are checked before the key, the time only if the key exists
a> GETEX none EX x
a< (nil)
a> GETEX none EX 0
a< (nil)
a> GETEX none bogus
a< (error) ERR syntax error
a> SET k v
a< OK
a> GETEX k EX x
a< (error) ERR value is not an integer or out of range
a> GETEX k EX 0
a< (error) ERR invalid expire time in 'getex' command
a> GETEX k PX -1
a< (error) ERR invalid expire time in 'getex' command
a> GETEX k EX 9223372036854775807
a< (error) ERR invalid expire time in 'getex' command
a> GETEX k EX
a< (error) ERR syntax error
a> GETEX k EX 10 PX 10
a< (error) ERR syntax error
a> GETEX k EX 10 PERSIST
a< (error) ERR syntax error
a> GETEX k PERSIST EX 10
a< (error) ERR syntax error
a> GETEX k KEEPTTL
a< (error) ERR syntax error
a> GETEX k NX
a< (error) ERR syntax error
a> TTL k
a< -1
a> XADD l 1-1 f v
a< "1-1"
a> GETEX l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GETEX l EX 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GETEX
a< (error) ERR wrong number of arguments for 'getex' command
