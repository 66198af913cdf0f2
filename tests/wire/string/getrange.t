oracle
a> SET k "This is a string"
a< OK
a> GETRANGE k 0 3
a< "This"
a> GETRANGE k -3 -1
a< "ing"
a> GETRANGE k 0 -1
a< "This is a string"
a> GETRANGE k 10 100
a< "string"
a> GETRANGE k 5 3
a< ""
a> GETRANGE k -5000 10000
a< "This is a string"
a> GETRANGE k 0 -100
a< "T"
a> GETRANGE k 1 -100
a< ""
a> GETRANGE k -1 -100
a< ""
a> GETRANGE k -100 -99
a< "T"
a> GETRANGE k -100 -101
a< ""
a> GETRANGE k 16 20
a< ""
a> GETRANGE k 0 4294967297
a< "This is a string"
a> GETRANGE k -9223372036854775808 9223372036854775807
a< "This is a string"
a> GETRANGE none 0 -1
a< ""
a> SET e ""
a< OK
a> GETRANGE e 0 -1
a< ""
a> SET n -1234
a< OK
a> GETRANGE n 0 2
a< "-12"
a> GETRANGE n -2 -1
a< "34"
a> GETRANGE k x 1
a< (error) ERR value is not an integer or out of range
a> GETRANGE k 0 x
a< (error) ERR value is not an integer or out of range
a> GETRANGE k 0 1.5
a< (error) ERR value is not an integer or out of range
a> XADD l 1-1 f v
a< "1-1"
a> GETRANGE l 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GETRANGE k 0
a< (error) ERR wrong number of arguments for 'getrange' command
