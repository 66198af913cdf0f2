oracle
a> SET k foobar
a< OK
a> BITCOUNT k
a< 26
a> BITCOUNT k 0 0
a< 4
a> BITCOUNT k 1 1
a< 6
a> BITCOUNT k 1 1 BYTE
a< 6
a> BITCOUNT k 5 30 BIT
a< 17
a> BITCOUNT k 5 5 bit
a< 1
a> BITCOUNT k 0 -1
a< 26
a> BITCOUNT k -2 -1
a< 7
a> BITCOUNT k -100 100
a< 26
a> BITCOUNT k -100 0
a< 4
a> BITCOUNT k -1 -100
a< 0
a> BITCOUNT k -1 -2
a< 0
a> BITCOUNT k 3 2
a< 0
a> BITCOUNT k 6 10
a< 0
a> BITCOUNT k -9 -1 BIT
a< 5
a> BITCOUNT k -1 -9 BIT
a< 0
a> BITCOUNT k 47 47 BIT
a< 0
a> BITCOUNT k 48 50 BIT
a< 0
a> BITCOUNT k -9223372036854775808 9223372036854775807
a< 26
a> BITCOUNT k -9223372036854775808 9223372036854775807 BIT
a< 26
a> SETBIT long 1000 1
a< 0
a> SETBIT long 3 1
a< 0
a> SETBIT long 64 1
a< 0
a> BITCOUNT long
a< 3
a> BITCOUNT long 1 -2
a< 1
a> BITCOUNT long 4 1000 BIT
a< 2
a> BITCOUNT long 4 999 BIT
a< 1
a> SET n 7
a< OK
a> BITCOUNT n
a< 5
a> SET empty ""
a< OK
a> BITCOUNT empty
a< 0
a> BITCOUNT empty 0 -1
a< 0
a> BITCOUNT none
a< 0
a> BITCOUNT none 0 5 BIT
a< 0
a> BITCOUNT k 0
a< (error) ERR syntax error
a> BITCOUNT k 0 1 WORD
a< (error) ERR syntax error
a> BITCOUNT k 0 x WORD
a< (error) ERR value is not an integer or out of range
a> BITCOUNT k 0 1 BIT 2
a< (error) ERR syntax error
a> BITCOUNT k x 1
a< (error) ERR value is not an integer or out of range
a> BITCOUNT k 1 x
a< (error) ERR value is not an integer or out of range
a> BITCOUNT k 0 9223372036854775808
a< (error) ERR value is not an integer or out of range
# Arguments are judged for a missing key, too.
only ours
a> BITCOUNT none 0
a< (error) ERR syntax error
a> BITCOUNT none x 1
a< (error) ERR value is not an integer or out of range
a> BITCOUNT none 0 1 WORD
a< (error) ERR syntax error
end
a> XADD l 1-1 f v
a< "1-1"
a> BITCOUNT l
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BITCOUNT l 0 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
only ours
a> BITCOUNT l x 1
a< (error) ERR value is not an integer or out of range
end
a> BITCOUNT
a< (error) ERR wrong number of arguments for 'bitcount' command
