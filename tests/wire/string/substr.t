oracle
a> SET k abcde
a< OK
a> SUBSTR k 0 0
a< "a"
a> SUBSTR k 0 3
a< "abcd"
a> SUBSTR k -4 -1
a< "bcde"
a> SUBSTR k -1 -3
a< ""
a> SUBSTR k 7 8
a< ""
a> SUBSTR none 0 1
a< ""
a> SUBSTR k x 1
a< (error) ERR value is not an integer or out of range
a> XADD l 1-1 f v
a< "1-1"
a> SUBSTR l 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SUBSTR k
a< (error) ERR wrong number of arguments for 'substr' command
