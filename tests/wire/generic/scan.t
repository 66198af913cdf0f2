oracle
a> SCAN 0
a< ["0" []]
a> SET k v
a< OK
a> SCAN 0 COUNT 1000
a< ["0" ["k"]]
a> SCAN 0 COUNT 1000 MATCH k*
a< ["0" ["k"]]
a> SCAN 0 COUNT 1000 MATCH x*
a< ["0" []]
a> SCAN 0 COUNT 1000 TYPE string
a< ["0" ["k"]]
a> SCAN 0 COUNT 1000 TYPE STRING
a< ["0" ["k"]]
a> SCAN 0 COUNT 1000 TYPE stream
a< ["0" []]
a> SCAN 0 count 1000 match * type string
a< ["0" ["k"]]
a> SCAN x
a< (error) ERR invalid cursor
a> SCAN 0x
a< (error) ERR invalid cursor
a> SCAN 99999999999999999999999
a< (error) ERR invalid cursor
a> SCAN 0 COUNT 0
a< (error) ERR syntax error
a> SCAN 0 COUNT -1
a< (error) ERR syntax error
a> SCAN 0 COUNT x
a< (error) ERR value is not an integer or out of range
a> SCAN 0 COUNT
a< (error) ERR syntax error
a> SCAN 0 MATCH
a< (error) ERR syntax error
a> SCAN 0 TYPE
a< (error) ERR syntax error
a> SCAN 0 bogus
a< (error) ERR syntax error
a> SCAN 0 bogus x
a< (error) ERR syntax error
a> SCAN
a< (error) ERR wrong number of arguments for 'scan' command
