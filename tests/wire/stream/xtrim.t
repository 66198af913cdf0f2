oracle
a> XTRIM s MAXLEN 5
a< 0
a> EXISTS s
a< 0
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
a> XTRIM s MAXLEN 10
a< 0
a> XTRIM s MAXLEN 8
a< 2
a> XTRIM s MAXLEN = 7
a< 1
a> XTRIM s maxlen 9223372036854775807
a< 0
a> XRANGE s - + COUNT 1
a< [["4-0" ["f" "v"]]]
a> XTRIM s MINID 5
a< 1
a> XTRIM s MINID = 5-0
a< 0
a> XTRIM s MINID 5-1
a< 1
a> XTRIM s minid 007
a< 1
a> XRANGE s - +
a< [["7-0" ["f" "v"]] ["8-0" ["f" "v"]] ["9-0" ["f" "v"]] ["10-0" ["f" "v"]]]
a> XTRIM s MINID 0
a< 0
# a node is too large to go: nothing does
a> XTRIM s MAXLEN ~ 1
a< 0
a> XTRIM s MINID ~ 9 LIMIT 1
a< 0
a> XTRIM s LIMIT 0 MAXLEN ~ 1
a< 0
a> XTRIM s MAXLEN ~ 1 LIMIT 3
a< 0
a> XLEN s
a< 4
# deleted entries before and after
a> XDEL s 8-0
a< 1
a> XTRIM s MAXLEN 2
a< 1
a> XRANGE s - +
a< [["9-0" ["f" "v"]] ["10-0" ["f" "v"]]]
a> XTRIM s MINID 9
a< 0
a> XTRIM s MINID 18446744073709551615-18446744073709551615
a< 2
a> XLEN s
a< 0
a> TYPE s
a< stream
a> XTRIM s MAXLEN 0
a< 0
a> XADD s 10-0 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
# pending entries stay pending
a> XADD s 11-0 f v
a< "11-0"
a> XADD s 12-0 f v
a< "12-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c STREAMS s >
a< [["s" [["11-0" ["f" "v"]] ["12-0" ["f" "v"]]]]]
a> XTRIM s MAXLEN 1
a< 1
a> XPENDING s g
a< [2 "11-0" "12-0" [["c" "2"]]]
a> XREADGROUP GROUP g c STREAMS s 0
a< [["s" [["11-0" nil-array] ["12-0" ["f" "v"]]]]]
# errors
a> XTRIM
a< (error) ERR wrong number of arguments for 'xtrim' command
a> XTRIM s
a< (error) ERR wrong number of arguments for 'xtrim' command
a> XTRIM s MAXLEN
a< (error) ERR wrong number of arguments for 'xtrim' command
a> XTRIM s MAXLEN x
a< (error) ERR value is not an integer or out of range
a> XTRIM s MAXLEN 9223372036854775808
a< (error) ERR value is not an integer or out of range
a> XTRIM s MAXLEN ~
a< (error) ERR value is not an integer or out of range
a> XTRIM s MAXLEN -1
a< (error) ERR The MAXLEN argument must be >= 0.
a> XTRIM s MAXLEN ~ -1
a< (error) ERR The MAXLEN argument must be >= 0.
a> XTRIM s MINID x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XTRIM s MINID -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XTRIM s MINID =
a< (error) ERR Invalid stream ID specified as stream command argument
a> XTRIM s MAXLEN 1 MINID 1
a< (error) ERR syntax error, MAXLEN and MINID options at the same time are not compatible
a> XTRIM s MINID 1 MAXLEN 1
a< (error) ERR syntax error, MAXLEN and MINID options at the same time are not compatible
a> XTRIM s MAXLEN ~ 1 LIMIT x
a< (error) ERR value is not an integer or out of range
a> XTRIM s MAXLEN ~ 1 LIMIT -1
a< (error) ERR The LIMIT argument must be >= 0.
a> XTRIM s LIMIT 5 LIMIT 5
a< (error) ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
a> XTRIM s MAXLEN 1 LIMIT 5
a< (error) ERR syntax error, LIMIT cannot be used without the special ~ option
a> XTRIM s MAXLEN = 1 LIMIT 0
a< (error) ERR syntax error, LIMIT cannot be used without the special ~ option
a> XTRIM s LIMIT 0 LIMIT 0
a< (error) ERR syntax error, XTRIM must be called with a trimming strategy
a> XTRIM s SOME 1
a< (error) ERR syntax error
a> XTRIM s MAXLEN 1 SOME
a< (error) ERR syntax error
a> XTRIM s MAXLEN 1 LIMIT
a< (error) ERR syntax error
a> XTRIM s MAXLEN 1 2
a< (error) ERR syntax error
a> XTRIM s NOMKSTREAM MAXLEN 1
a< (error) ERR syntax error
a> XTRIM s MAXLEN 1 NOMKSTREAM
a< (error) ERR syntax error
a> XTRIM none MAXLEN x
a< (error) ERR value is not an integer or out of range
a> SET text x
a< OK
a> XTRIM text MAXLEN 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XTRIM text MAXLEN x
a< (error) ERR value is not an integer or out of range
a> XTRIM text MAXLEN 1 SOME
a< (error) ERR syntax error
a> XLEN s
a< 1
only ours
a> XTRIM s LIMIT 5
a< (error) ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
a> XTRIM s MAXLEN 1 MAXLEN 1
a< (error) ERR syntax error, MAXLEN and MINID options at the same time are not compatible
a> XTRIM s KEEPREF DELREF MAXLEN 1
a< (error) ERR syntax error
a> XTRIM s KEEPREF MAXLEN 1 KEEPREF
a< (error) ERR syntax error
a> XTRIM s MAXLEN 1 IDMP p i
a< (error) ERR syntax error
a> XTRIM s KEEPREF ACKED
a< (error) ERR syntax error
end
