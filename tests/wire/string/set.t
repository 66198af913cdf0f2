oracle
# SET in all the forms Redis 7 has.
a> SET k v
a< OK
a> GET k
a< "v"
a> SET k 12
a< OK
a> GET k
a< "12"
# NX and XX
a> SET k w NX
a< (nil)
a> GET k
a< "12"
a> SET new v NX
a< OK
a> SET new w XX
a< OK
a> SET other v XX
a< (nil)
a> EXISTS other
a< 0
a> SET k v NX NX
a< (nil)
a> SET k v XX XX
a< OK
# GET returns what was there, whether or not the write was allowed
a> SET k w GET
a< "v"
a> SET k x XX GET
a< "w"
a> SET k y NX GET
a< "x"
a> GET k
a< "x"
a> SET none v XX GET
a< (nil)
a> EXISTS none
a< 0
a> SET none v NX GET
a< (nil)
a> GET none
a< "v"
# every way to set an expiry; absolute times can be read back exactly
a> SET k v EX 100
a< OK
a> TTL k
a< 100
a> SET k v PX 100000
a< OK
a> TTL k
a< 100
a> SET k v EXAT 4102444800
a< OK
a> EXPIRETIME k
a< 4102444800
a> SET k v PXAT 4102444800123
a< OK
a> PEXPIRETIME k
a< 4102444800123
a> SET k w KEEPTTL
a< OK
a> PEXPIRETIME k
a< 4102444800123
a> SET k w
a< OK
a> TTL k
a< -1
a> SET k w KEEPTTL
a< OK
a> TTL k
a< -1
# the same unit twice: the later one counts
a> SET k v EX 100 EX 200
a< OK
a> TTL k
a< 200
# a refused write leaves the expiry alone
a> SET k v PXAT 4102444800123
a< OK
a> SET k w NX
a< (nil)
a> SET k w NX EX 10
a< (nil)
a> PEXPIRETIME k
a< 4102444800123
# a time that has passed leaves no key behind
a> SET k v PXAT 1
a< OK
a> GET k
a< (nil)
a> SET k v EXAT 1
a< OK
a> EXISTS k
a< 0
# whatever type was there is replaced
a> XADD l 1-1 f v
a< "1-1"
a> SET l v
a< OK
a> TYPE l
a< string
a> DEL l
a< 1
a> XADD l 1-1 f v
a< "1-1"
a> SET l v NX
a< (nil)
a> TYPE l
a< stream
# options are read whatever their case and order
a> SET k v px 100000 get xx
a< (nil)
a> SET k v
a< OK
a> SET k w get px 100000 xx
a< "v"
a> GET k
a< "w"
