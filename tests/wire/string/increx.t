# since 8.8
a> INCREX n
a< [1 1]
a> INCREX n BYINT 9
a< [10 9]
a> INCREX n BYINT -4
a< [6 -4]
a> INCREX n BYINT 0
a< [6 0]
a> OBJECT ENCODING n
a< "int"
# bounds refuse, with SATURATE they cap
a> SET n 10
a< OK
a> INCREX n BYINT 10 UBOUND 15
a< [10 0]
a> INCREX n BYINT -10 LBOUND 5
a< [10 0]
a> GET n
a< "10"
a> INCREX n BYINT 10 UBOUND 15 SATURATE
a< [15 5]
a> INCREX n BYINT -20 LBOUND 0 UBOUND 20 SATURATE
a< [0 -15]
a> INCREX n BYINT 20 UBOUND 20
a< [20 20]
a> INCREX n LBOUND 0 BYINT -20
a< [0 -20]
# a value outside its bounds may come back in, or is pulled in
a> SET n 50
a< OK
a> INCREX n BYINT 5 UBOUND 30
a< [50 0]
a> INCREX n BYINT -25 UBOUND 30
a< [25 -25]
a> SET n 50
a< OK
a> INCREX n BYINT 5 UBOUND 30 SATURATE
a< [30 -20]
a> SET n -50
a< OK
a> INCREX n BYINT -5 LBOUND -30 SATURATE
a< [-30 20]
# a refused call makes no key
a> INCREX none BYINT 5 LBOUND 10
a< [0 0]
a> INCREX none BYINT 15 UBOUND 10
a< [0 0]
a> EXISTS none
a< 0
a> INCREX none BYINT 15 UBOUND 10 SATURATE
a< [10 10]
# the type's limits are bounds too
a> SET n 9223372036854775800
a< OK
a> INCREX n BYINT 9223372036854775800
a< [9223372036854775800 0]
a> INCREX n BYINT 9223372036854775800 SATURATE
a< [9223372036854775807 7]
a> INCREX n BYINT 1 SATURATE UBOUND -9223372036854775808
a< (error) ERR applied increment would overflow
a> SET n -9223372036854775800
a< OK
a> INCREX n BYINT -9 SATURATE
a< [-9223372036854775808 -8]
# floats
a> SET f 1.5
a< OK
a> INCREX f BYFLOAT 0.25
a< ["1.75" "0.25"]
a> INCREX f BYFLOAT 1
a< ["2.75" "1"]
a> INCREX f BYFLOAT 100 UBOUND 42.5
a< ["2.75" "0"]
a> INCREX f BYFLOAT 100 UBOUND 42.5 SATURATE
a< ["42.5" "39.75"]
a> INCREX f BYFLOAT -100 LBOUND -5.5 SATURATE
a< ["-5.5" "-48"]
a> GET f
a< "-5.5"
a> INCREX g BYFLOAT -0.5 UBOUND -1.5
a< ["0" "0"]
a> EXISTS g
a< 0
a> INCREX f BYFLOAT 0.5 LBOUND -inf UBOUND inf
a< ["-5" "0.5"]
a> INCREX f
a< [-4 1]
# the expiry
a> SET n 5 PXAT 4102444800123
a< OK
a> INCREX n
a< [6 1]
a> PEXPIRETIME n
a< 4102444800123
a> INCREX n EXAT 4102444800
a< [7 1]
a> EXPIRETIME n
a< 4102444800
a> INCREX n EX 100
a< [8 1]
a> TTL n
a< 100
a> INCREX n PX 200000 BYINT 2
a< [10 2]
a> TTL n
a< 200
a> INCREX n EX 500 ENX
a< [11 1]
a> TTL n
a< 200
a> INCREX n BYINT 100 UBOUND 15 EX 500
a< [11 0]
a> TTL n
a< 200
a> INCREX n BYINT 100 UBOUND 15 EX 500 SATURATE
a< [15 4]
a> TTL n
a< 500
a> INCREX n PXAT 1 ENX
a< [16 1]
a> TTL n
a< 500
a> INCREX n PERSIST
a< [17 1]
a> TTL n
a< -1
a> INCREX n PERSIST
a< [18 1]
a> INCREX n ENX PXAT 4102444800123
a< [19 1]
a> PEXPIRETIME n
a< 4102444800123
a> INCREX m EX 100 ENX
a< [1 1]
a> TTL m
a< 100
# a time that has passed deletes the key
a> INCREX n PXAT 1
a< [20 1]
a> EXISTS n
a< 0
a> INCREX n EXAT 1
a< [1 1]
a> EXISTS n
a< 0
# errors
a> SET n 5
a< OK
a> INCREX n bogus
a< (error) ERR syntax error
a> INCREX n 5
a< (error) ERR syntax error
a> INCREX n BYINT
a< (error) ERR syntax error
a> INCREX n UBOUND
a< (error) ERR syntax error
a> INCREX n BYINT 1 BYFLOAT 1
a< (error) ERR syntax error
a> INCREX n BYFLOAT 1 BYINT 1
a< (error) ERR syntax error
a> INCREX n BYINT 1 BYINT 1
a< (error) ERR syntax error
a> INCREX n BYFLOAT 1 BYFLOAT 1
a< (error) ERR syntax error
a> INCREX n LBOUND 1 LBOUND 1
a< (error) ERR syntax error
a> INCREX n UBOUND 1 UBOUND 1
a< (error) ERR syntax error
a> INCREX n SATURATE SATURATE
a< (error) ERR syntax error
a> INCREX n ENX ENX EX 10
a< (error) ERR syntax error
a> INCREX n EX 10 EX 10
a< (error) ERR syntax error
a> INCREX n EX 10 PX 10
a< (error) ERR syntax error
a> INCREX n EX 10 PERSIST
a< (error) ERR syntax error
a> INCREX n PERSIST EX 10
a< (error) ERR syntax error
a> INCREX n PERSIST PERSIST
a< (error) ERR syntax error
a> INCREX n PERSIST ENX
a< (error) ERR syntax error
a> INCREX n KEEPTTL
a< (error) ERR syntax error
a> INCREX n ENX
a< (error) ERR ENX flag requires an expiration
a> INCREX n BYINT x
a< (error) ERR Increment is not an integer or out of range
a> INCREX n BYINT 1.5
a< (error) ERR Increment is not an integer or out of range
a> INCREX n BYFLOAT x
a< (error) ERR Increment is not a valid float
a> INCREX n BYFLOAT nan
a< (error) ERR Increment is not a valid float
a> INCREX n BYFLOAT inf
a< (error) ERR BYFLOAT increment cannot be Infinity
a> INCREX n BYFLOAT -inf
a< (error) ERR BYFLOAT increment cannot be Infinity
a> INCREX n LBOUND 1.5
a< (error) ERR LBOUND is not an integer or out of range
a> INCREX n UBOUND x
a< (error) ERR UBOUND is not an integer or out of range
a> INCREX n BYFLOAT 1 LBOUND x
a< (error) ERR LBOUND is not a valid float
a> INCREX n UBOUND x BYFLOAT 1
a< (error) ERR UBOUND is not a valid float
a> INCREX n LBOUND 10 UBOUND 5
a< (error) ERR LBOUND can't be greater than UBOUND
a> INCREX n BYFLOAT 1 LBOUND 10.5 UBOUND 1.5
a< (error) ERR LBOUND can't be greater than UBOUND
a> INCREX n BYFLOAT 1 LBOUND inf UBOUND inf SATURATE
a< (error) ERR applied increment would be Infinity
a> INCREX n EX 0
a< (error) ERR invalid expire time in 'increx' command
a> INCREX n PX -1
a< (error) ERR invalid expire time in 'increx' command
a> INCREX n EX x
a< (error) ERR value is not an integer or out of range
a> INCREX
a< (error) ERR wrong number of arguments for 'increx' command
a> GET n
a< "5"
a> SET s hello
a< OK
a> INCREX s
a< (error) ERR value is not an integer or out of range
a> INCREX s BYFLOAT 1
a< (error) ERR value is not a valid float
a> SET s 1.5
a< OK
a> INCREX s
a< (error) ERR value is not an integer or out of range
a> SET s inf
a< OK
a> INCREX s BYFLOAT 1
a< (error) ERR value cannot be Infinity
a> XADD x 1-1 f v
a< "1-1"
a> INCREX x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> INCREX x BYFLOAT 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
