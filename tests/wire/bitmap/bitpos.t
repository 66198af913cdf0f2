oracle
a> SET k "\xff\xf0\x00"
a< OK
a> BITPOS k 0
a< 12
a> BITPOS k 1
a< 0
a> BITPOS k 1 2
a< -1
a> BITPOS k 0 1
a< 12
a> BITPOS k 0 0 0
a< -1
a> BITPOS k 1 2 -1
a< -1
a> BITPOS k 1 -2
a< 8
a> BITPOS k 1 -2 -1 BYTE
a< 8
a> BITPOS k 1 7 15 BIT
a< 7
a> BITPOS k 0 7 15 BIT
a< 12
a> BITPOS k 0 7 11 BIT
a< -1
a> BITPOS k 1 12 -1 BIT
a< -1
a> BITPOS k 0 -8 -1 BIT
a< 16
a> BITPOS k 0 -100 100
a< 12
a> BITPOS k 0 3
a< -1
a> BITPOS k 1 2 1
a< -1
a> SET ones "\xff\xff\xff"
a< OK
a> BITPOS ones 0
a< 24
a> BITPOS ones 0 1
a< 24
a> BITPOS ones 0 0 -1
a< -1
a> BITPOS ones 0 0 10
a< -1
a> BITPOS ones 0 3
a< -1
a> SETBIT zeros 1007 0
a< 0
a> BITPOS zeros 1
a< -1
a> BITPOS zeros 0 5
a< 40
a> SETBIT zeros 1001 1
a< 0
a> BITPOS zeros 1
a< 1001
a> BITPOS zeros 1 0 1000 BIT
a< -1
a> BITPOS zeros 1 0 1001 BIT
a< 1001
a> BITPOS zeros 1 -7 -7 BIT
a< 1001
a> BITPOS zeros 1 -7 -8 BIT
a< -1
a> SET empty ""
a< OK
a> BITPOS empty 0
a< -1
a> BITPOS empty 1
a< -1
a> SET n 0
a< OK
a> BITPOS n 1
a< 2
a> BITPOS none 0
a< 0
a> BITPOS none 1
a< -1
a> BITPOS none 0 5 6 BIT
a< 0
a> BITPOS none 1 5
a< -1
a> BITPOS k 2
a< (error) ERR The bit argument must be 1 or 0.
a> BITPOS k -1
a< (error) ERR The bit argument must be 1 or 0.
a> BITPOS k x
a< (error) ERR value is not an integer or out of range
a> BITPOS k 1 x
a< (error) ERR value is not an integer or out of range
a> BITPOS k 1 0 x
a< (error) ERR value is not an integer or out of range
a> BITPOS k 1 0 1 WORD
a< (error) ERR syntax error
a> BITPOS k 1 0 x WORD
a< (error) ERR syntax error
a> BITPOS k 1 x 0 WORD
a< (error) ERR value is not an integer or out of range
a> BITPOS k 1 0 1 BIT 3
a< (error) ERR syntax error
a> BITPOS none 2
a< (error) ERR The bit argument must be 1 or 0.
a> BITPOS none x
a< (error) ERR value is not an integer or out of range
only ours
a> BITPOS none 0 x
a< (error) ERR value is not an integer or out of range
a> BITPOS none 0 0 0 WORD
a< (error) ERR syntax error
end
a> XADD l 1-1 f v
a< "1-1"
a> BITPOS l 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BITPOS l 2
a< (error) ERR The bit argument must be 1 or 0.
only ours
a> BITPOS l 0 x
a< (error) ERR value is not an integer or out of range
end
a> BITPOS k
a< (error) ERR wrong number of arguments for 'bitpos' command
