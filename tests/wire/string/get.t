oracle
# GET: the string, null for a missing key, an error for any other type.
a> GET k
a< (nil)
a> SET k "two words"
a< OK
a> GET k
a< "two words"
a> SET k ""
a< OK
a> GET k
a< ""
a> SET k 12345
a< OK
a> GET k
a< "12345"
a> SET k -9223372036854775808
a< OK
a> GET k
a< "-9223372036854775808"
a> SET k "\x00\xff\r\n"
a< OK
a> GET k
a< "\x00\xff\r\n"
a> XADD l 1-1 f v
a< "1-1"
a> GET l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GET
a< (error) ERR wrong number of arguments for 'get' command
a> GET k k
a< (error) ERR wrong number of arguments for 'get' command
