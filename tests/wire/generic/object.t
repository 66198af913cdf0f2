oracle
a> OBJECT ENCODING none
a< (nil)
a> OBJECT REFCOUNT none
a< (nil)
a> OBJECT IDLETIME none
a< (nil)
a> OBJECT FREQ none
a< (nil)
a> SET n 5
a< OK
a> OBJECT ENCODING n
a< "int"
a> OBJECT REFCOUNT n
a< 2147483647
a> SET n 9999
a< OK
a> OBJECT REFCOUNT n
a< 2147483647
a> SET n 10000
a< OK
a> OBJECT REFCOUNT n
a< 1
a> SET n -1
a< OK
a> OBJECT REFCOUNT n
a< 1
a> SET s hello
a< OK
a> OBJECT ENCODING s
a< "embstr"
a> OBJECT REFCOUNT s
a< 1
a> SET s 12345678901234567890123456789012345678901234
a< OK
a> OBJECT ENCODING s
a< "embstr"
a> SET s 123456789012345678901234567890123456789012345
a< OK
a> OBJECT ENCODING s
a< "raw"
a> SET s 9223372036854775807
a< OK
a> OBJECT ENCODING s
a< "int"
a> SET s 9223372036854775808
a< OK
a> OBJECT ENCODING s
a< "embstr"
a> SET s 007
a< OK
a> OBJECT ENCODING s
a< "embstr"
a> SET s ""
a< OK
a> OBJECT ENCODING s
a< "embstr"
a> APPEND s x
a< 1
a> OBJECT ENCODING s
a< "raw"
a> XADD x 1-1 f v
a< "1-1"
a> OBJECT ENCODING x
a< "stream"
a> OBJECT REFCOUNT x
a< 1
a> SET s v
a< OK
a> OBJECT IDLETIME s
a< 0
a> OBJECT FREQ s
a< (error) ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.
a> OBJECT
a< (error) ERR wrong number of arguments for 'object' command
a> OBJECT ENCODING
a< (error) ERR wrong number of arguments for 'object|encoding' command
a> OBJECT ENCODING a b
a< (error) ERR wrong number of arguments for 'object|encoding' command
a> OBJECT bogus s
a< (error) ERR unknown subcommand 'bogus'. Try OBJECT HELP.
