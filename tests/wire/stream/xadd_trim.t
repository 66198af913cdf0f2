oracle
# MAXLEN and MINID, exact
a> XADD s 1-0 f v
a< "1-0"
a> XADD s 2-0 f v
a< "2-0"
a> XADD s 3-0 f v
a< "3-0"
a> XADD s 4-0 f v
a< "4-0"
a> XADD s 5-0 f v
a< "5-0"
a> XADD s 6-0 f v
a< "6-0"
a> XADD s MAXLEN 5 7-0 f v
a< "7-0"
a> XRANGE s - +
a< [["3-0" ["f" "v"]] ["4-0" ["f" "v"]] ["5-0" ["f" "v"]] ["6-0" ["f" "v"]] ["7-0" ["f" "v"]]]
a> XADD s MAXLEN = 4 8-0 f v
a< "8-0"
a> XLEN s
a< 4
a> XADD s maxlen 100 9-0 f v
a< "9-0"
a> XLEN s
a< 5
a> XADD s MINID 7 10-0 f v
a< "10-0"
a> XRANGE s - +
a< [["7-0" ["f" "v"]] ["8-0" ["f" "v"]] ["9-0" ["f" "v"]] ["10-0" ["f" "v"]]]
a> XADD s MINID = 8-1 11-0 f v
a< "11-0"
a> XRANGE s - +
a< [["9-0" ["f" "v"]] ["10-0" ["f" "v"]] ["11-0" ["f" "v"]]]
a> XADD s minid 0 12-0 f v
a< "12-0"
a> XLEN s
a< 4
# options in another order, and with NOMKSTREAM
a> XADD s MAXLEN 2 NOMKSTREAM 13-0 f v
a< "13-0"
a> XADD s NOMKSTREAM MAXLEN 2 14-0 f v
a< "14-0"
a> XRANGE s - +
a< [["13-0" ["f" "v"]] ["14-0" ["f" "v"]]]
a> XADD none MAXLEN 2 NOMKSTREAM 14-0 f v
a< nil
# the entry itself may go
a> XADD s MAXLEN 0 15-0 f v
a< "15-0"
a> XLEN s
a< 0
a> EXISTS s
a< 1
a> XADD s MAXLEN 0 15-0 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s MINID 100 16-0 f v
a< "16-0"
a> XLEN s
a< 0
a> XADD s 17-0 f v
a< "17-0"
# a write that fails trims nothing
a> XADD s MAXLEN 0 1-0 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s MAXLEN 0 18-0 f
a< (error) ERR wrong number of arguments for 'xadd' command
a> XRANGE s - +
a< [["17-0" ["f" "v"]]]
