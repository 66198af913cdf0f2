oracle
a> INCRBYFLOAT n 10.5
a< "10.5"
a> INCRBYFLOAT n 0.1
a< "10.6"
a> INCRBYFLOAT n -5
a< "5.6"
a> GET n
a< "5.6"
a> SET n 5.0e3
a< OK
a> INCRBYFLOAT n 2.0e2
a< "5200"
a> SET n 3
a< OK
a> INCRBYFLOAT n 1.0
a< "4"
a> INCRBYFLOAT n -4
a< "0"
a> INCRBYFLOAT n 1e-17
a< "0.00000000000000001"
a> SET n 1
a< OK
a> INCRBYFLOAT n 0.00000000000000001
a< "1.00000000000000001"
a> SET n 17179869184
a< OK
a> INCRBYFLOAT n 1.5
a< "17179869185.5"
a> SET n 1e20
a< OK
a> INCRBYFLOAT n 1
a< "100000000000000000000"
a> SET n 5 PXAT 4102444800123
a< OK
a> INCRBYFLOAT n 1.25
a< "6.25"
a> PEXPIRETIME n
a< 4102444800123
a> INCRBYFLOAT n x
a< (error) ERR value is not a valid float
a> INCRBYFLOAT n ""
a< (error) ERR value is not a valid float
a> INCRBYFLOAT n nan
a< (error) ERR value is not a valid float
a> INCRBYFLOAT n inf
a< (error) ERR increment would produce NaN or Infinity
a> INCRBYFLOAT n -inf
a< (error) ERR increment would produce NaN or Infinity
a> INCRBYFLOAT n " 1"
a< (error) ERR value is not a valid float
a> INCRBYFLOAT n "1 "
a< (error) ERR value is not a valid float
a> GET n
a< "6.25"
a> SET s abc
a< OK
a> INCRBYFLOAT s 1
a< (error) ERR value is not a valid float
a> SET s " 1"
a< OK
a> INCRBYFLOAT s 1
a< (error) ERR value is not a valid float
a> XADD l 1-1 f v
a< "1-1"
a> INCRBYFLOAT l 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> INCRBYFLOAT l x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> INCRBYFLOAT n
a< (error) ERR wrong number of arguments for 'incrbyfloat' command
