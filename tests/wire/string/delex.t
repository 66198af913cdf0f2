# since 8.4
a> DELEX k
a< 0
a> SET k hello
a< OK
a> DELEX k
a< 1
a> XADD x 1-1 f v
a< "1-1"
a> DELEX x
a< 1
a> EXISTS k x
a< 0
# by value
a> SET k hello
a< OK
a> DELEX k IFEQ other
a< 0
a> DELEX k IFNE hello
a< 0
a> GET k
a< "hello"
a> DELEX k ifeq hello
a< 1
a> SET k hello
a< OK
a> DELEX k IFNE other
a< 1
a> EXISTS k
a< 0
# by digest, in either case
a> SET k hello
a< OK
a> DELEX k IFDEQ 0000000000000000
a< 0
a> DELEX k IFDNE 9555e8555c62dcfd
a< 0
a> DELEX k IFDEQ 9555E8555C62DCFD
a< 1
a> SET k hello
a< OK
a> DELEX k IFDNE 0000000000000000
a< 1
# numbers are compared as their digits
a> SET k 12345
a< OK
a> DELEX k IFEQ 54321
a< 0
a> DELEX k IFEQ 12345
a< 1
a> SET k 0123
a< OK
a> DELEX k IFEQ 123
a< 0
# a missing key answers before the condition is looked at
a> DELEX none IFEQ v
a< 0
a> DELEX none IFNE v
a< 0
a> DELEX none IFDEQ short
a< 0
a> DELEX none BOGUS v
a< 0
# errors delete nothing
a> SET k hello
a< OK
a> DELEX k IFDEQ 555e8555c62dcfd
a< (error) ERR must be exactly 16 hexadecimal characters
a> DELEX k IFDNE 09555e8555c62dcfd
a< (error) ERR must be exactly 16 hexadecimal characters
a> DELEX k IFDNE ""
a< (error) ERR must be exactly 16 hexadecimal characters
a> DELEX k BOGUS hello
a< (error) ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE
a> DELEX k IFEQ
a< (error) ERR wrong number of arguments for 'delex' command
a> DELEX k IFEQ hello extra
a< (error) ERR wrong number of arguments for 'delex' command
a> DELEX none IFEQ
a< (error) ERR wrong number of arguments for 'delex' command
a> DELEX
a< (error) ERR wrong number of arguments for 'delex' command
a> GET k
a< "hello"
a> XADD x 1-1 f v
a< "1-1"
a> DELEX x IFEQ v
a< (error) ERR Key should be of string type if conditions are specified
a> DELEX x BOGUS v
a< (error) ERR Key should be of string type if conditions are specified
a> EXISTS x
a< 1
