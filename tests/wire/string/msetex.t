# since 8.4
a> MSETEX 2 a 1 b 2
a< 1
a> MGET a b
a< ["1" "2"]
a> MSETEX 2 a 3 b 4 EX 100
a< 1
a> TTL a
a< 100
a> TTL b
a< 100
a> MSETEX 1 a 5 PXAT 4102444800123
a< 1
a> PEXPIRETIME a
a< 4102444800123
a> MSETEX 1 a 6 KEEPTTL
a< 1
a> PEXPIRETIME a
a< 4102444800123
a> MSETEX 1 a 7
a< 1
a> TTL a
a< -1
a> MSETEX 1 a 7 EXAT 4102444800
a< 1
a> EXPIRETIME a
a< 4102444800
a> MSETEX 1 a 7 PX 200000
a< 1
a> TTL a
a< 200
# NX and XX are about all the keys
a> MSETEX 2 a 8 c 8 NX
a< 0
a> MSETEX 2 a 8 c 8 XX EX 10
a< 0
a> MGET a c
a< ["7" (nil)]
a> TTL a
a< 200
a> MSETEX 2 c 1 d 2 NX EX 100
a< 1
a> MSETEX 2 c 3 d 4 xx
a< 1
a> MGET c d
a< ["3" "4"]
a> TTL c
a< -1
# the last of two values counts
a> MSETEX 2 c 5 c 6
a< 1
a> GET c
a< "6"
# another type is replaced; a time that has passed leaves nothing
a> XADD x 1-1 f v
a< "1-1"
a> MSETEX 1 x v
a< 1
a> TYPE x
a< string
a> MSETEX 2 c 1 d 2 PXAT 1
a< 1
a> EXISTS c d
a< 0
# errors
a> MSETEX a 1 EX 10
a< (error) ERR invalid numkeys value
a> MSETEX 0 a 9
a< (error) ERR invalid numkeys value
a> MSETEX -1 a 9
a< (error) ERR invalid numkeys value
a> MSETEX 2147483648 a 9
a< (error) ERR invalid numkeys value
a> MSETEX 2147483647 a 9
a< (error) ERR wrong number of key-value pairs
a> MSETEX 2 a 9 b
a< (error) ERR wrong number of key-value pairs
a> MSETEX 1 a 9 bogus
a< (error) ERR syntax error
a> MSETEX 1 a 9 NX XX
a< (error) ERR syntax error
a> MSETEX 1 a 9 EX 10 PX 10
a< (error) ERR syntax error
a> MSETEX 1 a 9 KEEPTTL EX 10
a< (error) ERR syntax error
a> MSETEX 1 a 9 EX
a< (error) ERR syntax error
a> MSETEX 1 a 9 PERSIST
a< (error) ERR syntax error
a> MSETEX 1 a 9 EX x
a< (error) ERR value is not an integer or out of range
a> MSETEX 1 a 9 EX 0
a< (error) ERR invalid expire time in 'msetex' command
a> MSETEX 1 a 9 PX 9223372036854775807
a< (error) ERR invalid expire time in 'msetex' command
a> MSETEX 1 a
a< (error) ERR wrong number of arguments for 'msetex' command
a> GET a
a< "7"
