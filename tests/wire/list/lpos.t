oracle
a> LPOS k a
a< nil
a> LPOS k a COUNT 1
a< []
a> RPUSH k a b c 1 2 3 c c
a< 8
a> LPOS k c
a< 2
a> LPOS k c RANK 1
a< 2
a> LPOS k c RANK 2
a< 6
a> LPOS k c RANK 4
a< nil
a> LPOS k c RANK -1
a< 7
a> LPOS k c RANK -2
a< 6
a> LPOS k c COUNT 2
a< [2 6]
a> LPOS k c COUNT 0
a< [2 6 7]
a> LPOS k c COUNT 0 RANK 2
a< [6 7]
a> LPOS k c COUNT 2 RANK -1
a< [7 6]
a> LPOS k c RANK -9 COUNT 0
a< []
a> LPOS k x
a< nil
a> LPOS k x COUNT 0
a< []
a> LPOS k 1
a< 3
a> LPOS k c MAXLEN 2
a< nil
a> LPOS k c MAXLEN 3
a< 2
a> LPOS k c MAXLEN 2 COUNT 0
a< []
a> LPOS k c RANK -1 MAXLEN 1 COUNT 0
a< [7]
a> LPOS k c RANK -2 MAXLEN 1
a< nil
a> LPOS k c MAXLEN 0 COUNT 0
a< [2 6 7]
a> LPOS k c COUNT 0 COUNT 1
a< [2]
a> lpos k c rank 2 count 0 maxlen 7
a< [6]
a> LPOS k c RANK 0
a< (error) ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list
a> LPOS k c RANK x
a< (error) ERR value is not an integer or out of range
only ours
a> LPOS k c RANK -9223372036854775808
a< (error) ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
end
a> LPOS k c RANK -9223372036854775807
a< nil
a> LPOS k c RANK 9223372036854775807 COUNT 0
a< []
a> LPOS k c COUNT -1
a< (error) ERR COUNT can't be negative
a> LPOS k c COUNT x
a< (error) ERR COUNT can't be negative
a> LPOS k c MAXLEN -1
a< (error) ERR MAXLEN can't be negative
a> LPOS k c MAXLEN x
a< (error) ERR MAXLEN can't be negative
a> LPOS k c RANK
a< (error) ERR syntax error
a> LPOS k c BAD 1
a< (error) ERR syntax error
a> LPOS none c RANK 0
a< (error) ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list
resp3 c
c> LPOS k x
c< nil
a> SET s v
a< OK
a> LPOS s v
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LPOS s v RANK 0
a< (error) ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list
a> LPOS k
a< (error) ERR wrong number of arguments for 'lpos' command
