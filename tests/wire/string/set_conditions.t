# since 8.4
# SET with IFEQ, IFNE, IFDEQ, IFDNE.
a> SET k new IFEQ hello
a< (nil)
a> SET k new IFDEQ 9555e8555c62dcfd
a< (nil)
a> EXISTS k
a< 0
a> SET k hello IFNE hello
a< OK
a> DEL k
a< 1
a> SET k hello IFDNE 9555e8555c62dcfd
a< OK
a> SET k new IFEQ other
a< (nil)
a> SET k new IFNE hello
a< (nil)
a> SET k new IFDEQ 0000000000000000
a< (nil)
a> SET k new IFDNE 9555E8555C62DCFD
a< (nil)
a> GET k
a< "hello"
a> SET k new IFEQ hello
a< OK
a> SET k hello IFNE other
a< OK
a> SET k new IFDEQ 9555e8555c62dcfd
a< OK
a> SET k hello IFDNE 9555e8555c62dcfd
a< OK
a> GET k
a< "hello"
# with GET the old value comes back whether or not it was replaced
a> SET k new IFEQ other GET
a< "hello"
a> SET k new GET IFEQ hello
a< "hello"
a> SET k hello IFNE other GET
a< "new"
a> GET k
a< "hello"
a> SET none new IFEQ x GET
a< (nil)
a> SET none new IFNE x GET
a< (nil)
a> GET none
a< "new"
# with an expiry
a> SET k new IFEQ hello PXAT 4102444800123
a< OK
a> SET k hello IFEQ new KEEPTTL
a< OK
a> PEXPIRETIME k
a< 4102444800123
a> SET k new IFEQ other EX 10
a< (nil)
a> PEXPIRETIME k
a< 4102444800123
# a digest is only looked at when there is a string
a> SET none2 v IFDEQ short
a< (nil)
a> SET none2 v IFDNE short
a< OK
a> SET k v IFDEQ short
a< (error) ERR must be exactly 16 hexadecimal characters
a> SET k v IFDNE 09555e8555c62dcfd
a< (error) ERR must be exactly 16 hexadecimal characters
a> SET k v IFDEQ short GET
a< (error) ERR must be exactly 16 hexadecimal characters
a> SET k v NX IFEQ hello
a< (error) ERR syntax error
a> SET k v IFEQ hello XX
a< (error) ERR syntax error
a> SET k v IFEQ hello IFNE other
a< (error) ERR syntax error
a> SET k v IFEQ
a< (error) ERR syntax error
a> GET k
a< "hello"
a> XADD x 1-1 f v
a< "1-1"
a> SET x v IFEQ y
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SET x v IFDNE short
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> TYPE x
a< stream
