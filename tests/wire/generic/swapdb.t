oracle
a> SET a zero
a< OK
a> SELECT 1
a< OK
a> SET a one EX 100
a< OK
a> SET b 1
a< OK
a> SELECT 0
a< OK
a> SWAPDB 0 1
a< OK
a> MGET a b
a< ["one" "1"]
a> TTL a
a< 100
a> DBSIZE
a< 2
a> SELECT 1
a< OK
a> MGET a b
a< ["zero" (nil)]
a> SWAPDB 1 0
a< OK
a> MGET a b
a< ["one" "1"]
a> SWAPDB 1 1
a< OK
a> MGET a b
a< ["one" "1"]
a> SELECT 0
a< OK
a> SWAPDB x 1
a< (error) ERR invalid first DB index
a> SWAPDB 1 x
a< (error) ERR invalid second DB index
a> SWAPDB 0 16
a< (error) ERR DB index is out of range
a> SWAPDB -1 0
a< (error) ERR DB index is out of range
a> SWAPDB 99999999999 0
a< (error) ERR invalid first DB index
a> SWAPDB 0 99999999999
a< (error) ERR invalid second DB index
a> GET a
a< "zero"
a> SWAPDB 0
a< (error) ERR wrong number of arguments for 'swapdb' command
