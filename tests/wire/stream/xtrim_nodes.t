oracle
config stream-node-max-entries 10
# Whole nodes of ten entries.
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
a> XADD s 19-0 f v
a< "19-0"
a> XADD s 20-0 f v
a< "20-0"
a> XADD s 21-0 f v
a< "21-0"
a> XADD s 22-0 f v
a< "22-0"
a> XADD s 23-0 f v
a< "23-0"
a> XADD s 24-0 f v
a< "24-0"
a> XADD s 25-0 f v
a< "25-0"
a> XADD s 26-0 f v
a< "26-0"
a> XADD s 27-0 f v
a< "27-0"
a> XADD s 28-0 f v
a< "28-0"
a> XADD s 29-0 f v
a< "29-0"
a> XADD s 30-0 f v
a< "30-0"
a> XADD s 31-0 f v
a< "31-0"
a> XADD s 32-0 f v
a< "32-0"
a> XADD s 33-0 f v
a< "33-0"
a> XADD s 34-0 f v
a< "34-0"
a> XADD s 35-0 f v
a< "35-0"
a> XADD s MAXLEN ~ 25 36-0 f v
a< "36-0"
a> XLEN s
a< 26
a> XADD s MAXLEN ~ 20 LIMIT 9 37-0 f v
a< "37-0"
a> XLEN s
a< 27
a> XADD s MINID ~ 21 LIMIT 0 38-0 f v
a< "38-0"
a> XRANGE s - + COUNT 1
a< [["21-0" ["f" "v"]]]
a> XADD s LIMIT 10 MINID ~ 30 39-0 f v
a< "39-0"
a> XRANGE s - + COUNT 1
a< [["21-0" ["f" "v"]]]
a> XADD s LIMIT 10 MINID ~ 31 40-0 f v
a< "40-0"
a> XRANGE s - + COUNT 1
a< [["31-0" ["f" "v"]]]
a> XADD s MAXLEN ~ 0 41-0 f v
a< "41-0"
a> XLEN s
a< 0
restart
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
a> XADD s 19-0 f v
a< "19-0"
a> XADD s 20-0 f v
a< "20-0"
a> XADD s 21-0 f v
a< "21-0"
a> XADD s 22-0 f v
a< "22-0"
a> XADD s 23-0 f v
a< "23-0"
a> XADD s 24-0 f v
a< "24-0"
a> XADD s 25-0 f v
a< "25-0"
a> XADD s 26-0 f v
a< "26-0"
a> XADD s 27-0 f v
a< "27-0"
a> XADD s 28-0 f v
a< "28-0"
a> XADD s 29-0 f v
a< "29-0"
a> XADD s 30-0 f v
a< "30-0"
a> XADD s 31-0 f v
a< "31-0"
a> XADD s 32-0 f v
a< "32-0"
a> XADD s 33-0 f v
a< "33-0"
a> XADD s 34-0 f v
a< "34-0"
a> XADD s 35-0 f v
a< "35-0"
a> XADD s 36-0 f v
a< "36-0"
a> XADD s 37-0 f v
a< "37-0"
a> XADD s 38-0 f v
a< "38-0"
a> XADD s 39-0 f v
a< "39-0"
a> XADD s 40-0 f v
a< "40-0"
a> XADD s 41-0 f v
a< "41-0"
a> XADD s 42-0 f v
a< "42-0"
a> XADD s 43-0 f v
a< "43-0"
a> XADD s 44-0 f v
a< "44-0"
a> XADD s 45-0 f v
a< "45-0"
a> XADD s 46-0 f v
a< "46-0"
a> XADD s 47-0 f v
a< "47-0"
a> XADD s 48-0 f v
a< "48-0"
a> XADD s 49-0 f v
a< "49-0"
a> XADD s 50-0 f v
a< "50-0"
a> XADD s 51-0 f v
a< "51-0"
a> XADD s 52-0 f v
a< "52-0"
a> XADD s 53-0 f v
a< "53-0"
a> XADD s 54-0 f v
a< "54-0"
a> XADD s 55-0 f v
a< "55-0"
a> XTRIM s MAXLEN ~ 46
a< 0
a> XTRIM s MAXLEN ~ 44
a< 10
a> XLEN s
a< 45
a> XTRIM s MAXLEN ~ 0 LIMIT 9
a< 0
a> XTRIM s MAXLEN ~ 0 LIMIT 10
a< 10
a> XTRIM s MAXLEN ~ 0 LIMIT 19
a< 10
a> XTRIM s MINID ~ 40
a< 0
a> XTRIM s MINID ~ 41
a< 10
a> XRANGE s - + COUNT 1
a< [["41-0" ["f" "v"]]]
# a node in part deleted counts its live entries
a> XDEL s 41-0 42-0 43-0 44-0
a< 4
a> XTRIM s MAXLEN ~ 0 LIMIT 5
a< 0
a> XTRIM s MAXLEN ~ 5 LIMIT 6
a< 6
a> XRANGE s - + COUNT 1
a< [["51-0" ["f" "v"]]]
a> XTRIM s MINID ~ 1000
a< 5
a> XLEN s
a< 0
# an exact trim does not look at nodes, and then the rest of a node is still one
a> XADD s 101-0 f v
a< "101-0"
a> XADD s 102-0 f v
a< "102-0"
a> XADD s 103-0 f v
a< "103-0"
a> XADD s 104-0 f v
a< "104-0"
a> XADD s 105-0 f v
a< "105-0"
a> XADD s 106-0 f v
a< "106-0"
a> XADD s 107-0 f v
a< "107-0"
a> XADD s 108-0 f v
a< "108-0"
a> XADD s 109-0 f v
a< "109-0"
a> XADD s 110-0 f v
a< "110-0"
a> XADD s 111-0 f v
a< "111-0"
a> XADD s 112-0 f v
a< "112-0"
a> XADD s 113-0 f v
a< "113-0"
a> XADD s 114-0 f v
a< "114-0"
a> XADD s 115-0 f v
a< "115-0"
a> XADD s 116-0 f v
a< "116-0"
a> XADD s 117-0 f v
a< "117-0"
a> XADD s 118-0 f v
a< "118-0"
a> XADD s 119-0 f v
a< "119-0"
a> XADD s 120-0 f v
a< "120-0"
a> XADD s 121-0 f v
a< "121-0"
a> XADD s 122-0 f v
a< "122-0"
a> XADD s 123-0 f v
a< "123-0"
a> XADD s 124-0 f v
a< "124-0"
a> XADD s 125-0 f v
a< "125-0"
a> XTRIM s MAXLEN 22
a< 3
a> XTRIM s MAXLEN ~ 14
a< 7
a> XTRIM s MAXLEN ~ 6
a< 0
a> XTRIM s MAXLEN ~ 5
a< 10
a> XLEN s
a< 5
only ours
restart
# DELREF and ACKED look at each entry, but LIMIT still counts nodes
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
a> XADD s 19-0 f v
a< "19-0"
a> XADD s 20-0 f v
a< "20-0"
a> XADD s 21-0 f v
a< "21-0"
a> XADD s 22-0 f v
a< "22-0"
a> XADD s 23-0 f v
a< "23-0"
a> XADD s 24-0 f v
a< "24-0"
a> XADD s 25-0 f v
a< "25-0"
a> XTRIM s MAXLEN ~ 17 LIMIT 9 DELREF
a< 0
a> XTRIM s DELREF MAXLEN ~ 17
a< 8
a> XTRIM s MAXLEN ~ 12 LIMIT 2 DELREF
a< 2
a> XLEN s
a< 15
a> XTRIM s MINID ~ 13 ACKED
a< 2
a> XRANGE s - + COUNT 1
a< [["13-0" ["f" "v"]]]
end
