oracle
config stream-node-max-entries 4
# Ranges that begin and end in the middle of nodes of four entries.
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
a> XADD s 7-0 f v
a< "7-0"
a> XADD s 8-0 f v
a< "8-0"
a> XADD s 9-0 f v
a< "9-0"
a> XADD s 10-0 f v
a< "10-0"
a> XADD s 11-0 f v
a< "11-0"
a> XADD s 12-0 f v
a< "12-0"
a> XADD s 13-0 f v
a< "13-0"
a> XADD s 14-0 f v
a< "14-0"
a> XADD s 15-0 f v
a< "15-0"
a> XADD s 16-0 f v
a< "16-0"
a> XADD s 17-0 f v
a< "17-0"
a> XADD s 18-0 f v
a< "18-0"
a> XRANGE s 4 9
a< [["4-0" ["f" "v"]] ["5-0" ["f" "v"]] ["6-0" ["f" "v"]] ["7-0" ["f" "v"]] ["8-0" ["f" "v"]] ["9-0" ["f" "v"]]]
a> XREVRANGE s 9 4
a< [["9-0" ["f" "v"]] ["8-0" ["f" "v"]] ["7-0" ["f" "v"]] ["6-0" ["f" "v"]] ["5-0" ["f" "v"]] ["4-0" ["f" "v"]]]
a> XRANGE s - + COUNT 6
a< [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]] ["4-0" ["f" "v"]] ["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]
a> XREVRANGE s + - COUNT 6
a< [["18-0" ["f" "v"]] ["17-0" ["f" "v"]] ["16-0" ["f" "v"]] ["15-0" ["f" "v"]] ["14-0" ["f" "v"]] ["13-0" ["f" "v"]]]
a> XDEL s 5 6 7 8 12 13
a< 6
a> XRANGE s 4 14
a< [["4-0" ["f" "v"]] ["9-0" ["f" "v"]] ["10-0" ["f" "v"]] ["11-0" ["f" "v"]] ["14-0" ["f" "v"]]]
a> XREVRANGE s 14 4
a< [["14-0" ["f" "v"]] ["11-0" ["f" "v"]] ["10-0" ["f" "v"]] ["9-0" ["f" "v"]] ["4-0" ["f" "v"]]]
a> XRANGE s 5 8
a< []
a> XREVRANGE s 8 5
a< []
a> XRANGE s 5 + COUNT 1
a< [["9-0" ["f" "v"]]]
a> XREVRANGE s 8 - COUNT 1
a< [["4-0" ["f" "v"]]]
a> XRANGE s 12 13
a< []
a> XREVRANGE s 13 - COUNT 1
a< [["11-0" ["f" "v"]]]
a> XREAD COUNT 2 STREAMS s 11
a< [["s" [["14-0" ["f" "v"]] ["15-0" ["f" "v"]]]]]
a> XDEL s 1 2 3 4 17 18
a< 6
a> XRANGE s - +
a< [["9-0" ["f" "v"]] ["10-0" ["f" "v"]] ["11-0" ["f" "v"]] ["14-0" ["f" "v"]] ["15-0" ["f" "v"]] ["16-0" ["f" "v"]]]
a> XREVRANGE s + -
a< [["16-0" ["f" "v"]] ["15-0" ["f" "v"]] ["14-0" ["f" "v"]] ["11-0" ["f" "v"]] ["10-0" ["f" "v"]] ["9-0" ["f" "v"]]]
a> XREAD STREAMS s 16
a< nil-array
