# AROP: what a range comes to.
a> ARSET k 0 10 20 30 x 2.5
a< 5
a> AROP k 0 2 SUM
a< "60"
a> AROP k 0 9 sum
a< "62.5"
a> AROP k 9 0 SUM
a< "62.5"
a> AROP k 0 9 MIN
a< "2.5"
a> AROP k 0 9 MAX
a< "30"
a> AROP k 0 9 USED
a< 5
a> AROP k 1 3 USED
a< 3
a> AROP k 0 9 MATCH 10
a< 1
a> AROP k 0 9 MATCH 10.0
a< 0
a> ARSET f 0 255 15 240 7.9 word
a< 5
a> AROP f 0 1 AND
a< 15
a> AROP f 1 2 OR
a< 255
a> AROP f 0 2 XOR
a< 0
a> AROP f 3 3 OR
a< 7
# Nothing of use: null, but a count is 0.
a> AROP k 3 3 SUM
a< nil
a> AROP k 3 3 XOR
a< nil
a> AROP k 100 200 MAX
a< nil
a> AROP missing 0 9 SUM
a< nil
a> AROP missing 0 9 AND
a< nil
a> AROP missing 0 9 USED
a< 0
a> AROP missing 0 9 MATCH x
a< 0
a> AROP k 0 18446744073709551614 USED
a< 5
a> AROP k 0 9 AVG
a< (error) ERR syntax error
a> AROP k 0 9 MATCH
a< (error) ERR syntax error
a> AROP k 0 9 SUM 5
a< (error) ERR syntax error
a> AROP k x 9 SUM
a< (error) ERR invalid array index
a> AROP k 0 9
a< (error) ERR wrong number of arguments for 'arop' command
a> SET s v
a< OK
a> AROP s 0 9 SUM
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
resp3 a
a> AROP k 0 2 SUM
a< "60"
a> AROP k 3 3 MIN
a< nil
