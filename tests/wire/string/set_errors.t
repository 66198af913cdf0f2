oracle
# What SET refuses, and that it then changes nothing.
a> SET k v
a< OK
a> SET
a< (error) ERR wrong number of arguments for 'set' command
a> SET k
a< (error) ERR wrong number of arguments for 'set' command
a> SET k v bogus
a< (error) ERR syntax error
a> SET k v NX XX
a< (error) ERR syntax error
a> SET k v XX NX
a< (error) ERR syntax error
a> SET k v EX
a< (error) ERR syntax error
a> SET k v PX
a< (error) ERR syntax error
a> SET k v EXAT
a< (error) ERR syntax error
a> SET k v PXAT
a< (error) ERR syntax error
a> SET k v EX 10 PX 10
a< (error) ERR syntax error
a> SET k v EX 10 EXAT 10
a< (error) ERR syntax error
a> SET k v PX 10 PXAT 10
a< (error) ERR syntax error
a> SET k v EX 10 KEEPTTL
a< (error) ERR syntax error
a> SET k v KEEPTTL EX 10
a< (error) ERR syntax error
a> SET k v PERSIST
a< (error) ERR syntax error
a> SET k v EX x
a< (error) ERR value is not an integer or out of range
a> SET k v EX 1.5
a< (error) ERR value is not an integer or out of range
a> SET k v EX 0
a< (error) ERR invalid expire time in 'set' command
a> SET k v EX -1
a< (error) ERR invalid expire time in 'set' command
a> SET k v PX 0
a< (error) ERR invalid expire time in 'set' command
a> SET k v EXAT 0
a< (error) ERR invalid expire time in 'set' command
a> SET k v PXAT -5
a< (error) ERR invalid expire time in 'set' command
a> SET k v EX 9223372036854775807
a< (error) ERR invalid expire time in 'set' command
a> SET k v EX 9223372036854775
a< (error) ERR invalid expire time in 'set' command
a> SET k v PX 9223372036854775807
a< (error) ERR invalid expire time in 'set' command
a> SET k v EXAT 9223372036854776
a< (error) ERR invalid expire time in 'set' command
a> SET k v PX 9223372036854775808
a< (error) ERR value is not an integer or out of range
a> GET k
a< "v"
a> TTL k
a< -1
# GET on another type: an error, and nothing is written
a> XADD l 1-1 f v
a< "1-1"
a> SET l v GET
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SET l v NX GET
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> TYPE l
a< stream
