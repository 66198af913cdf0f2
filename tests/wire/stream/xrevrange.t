oracle
a> XREVRANGE s + -
a< []
a> XADD s 1-0 f v
a< "1-0"
a> XADD s 1-5 f v
a< "1-5"
a> XADD s 2-0 f v
a< "2-0"
a> XADD s 2-7 f v
a< "2-7"
a> XADD s 3-0 f v
a< "3-0"
a> XREVRANGE s + -
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s 9 0
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s 2 1
a< [["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s 2-0 1-1
a< [["2-0" ["f" "v"]] ["1-5" ["f" "v"]]]
a> XREVRANGE s 1-5 1-5
a< [["1-5" ["f" "v"]]]
a> XREVRANGE s 1-9 1-6
a< []
a> XREVRANGE s 1 1
a< [["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s 02-7 02
a< [["2-7" ["f" "v"]] ["2-0" ["f" "v"]]]
a> XREVRANGE s 1 3
a< []
a> XREVRANGE s - +
a< []
a> XREVRANGE s + +
a< []
a> XREVRANGE s - -
a< []
a> XREVRANGE s + 4
a< []
a> XREVRANGE s 0-5 0
a< []
a> XREVRANGE s 18446744073709551615 18446744073709551615
a< []
# open at one end or both
a> XREVRANGE s + (1
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]]]
a> XREVRANGE s (3-0 (1-0
a< [["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]]]
a> XREVRANGE s (1-5 (1-5
a< []
a> XREVRANGE s (3 -
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s (2-7 -
a< [["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s (1-6 (1-4
a< [["1-5" ["f" "v"]]]
a> XREVRANGE s + (0-0
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s + (1-18446744073709551615
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]]]
a> XREVRANGE s (2-0 -
a< [["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s (0-1 -
a< []
a> XREVRANGE s + (18446744073709551615-18446744073709551615
a< (error) ERR invalid start ID for the interval
a> XREVRANGE s (0-0 -
a< (error) ERR invalid end ID for the interval
a> XREVRANGE s + (18446744073709551615
a< []
a> XREVRANGE s (0 -
a< []
# COUNT
a> XREVRANGE s + - COUNT 1
a< [["3-0" ["f" "v"]]]
a> XREVRANGE s + - COUNT 2
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]]]
a> XREVRANGE s + - COUNT 5
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s + - COUNT 100
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s + - COUNT 9223372036854775807
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]] ["2-0" ["f" "v"]] ["1-5" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s + - COUNT 0
a< nil-array
a> XREVRANGE s + - COUNT -1
a< nil-array
a> XREVRANGE s 1 9 COUNT 0
a< nil-array
a> XREVRANGE s + - count 0 COUNT 2
a< [["3-0" ["f" "v"]] ["2-7" ["f" "v"]]]
a> XREVRANGE s 1 9 COUNT 1
a< []
a> XREVRANGE none + - COUNT 0
a< []
a> XREVRANGE none + -
a< []
# holes left by deleted entries
a> XDEL s 1-5 2-7
a< 2
a> XREVRANGE s + -
a< [["3-0" ["f" "v"]] ["2-0" ["f" "v"]] ["1-0" ["f" "v"]]]
a> XREVRANGE s 2-7 1-5
a< [["2-0" ["f" "v"]]]
a> XREVRANGE s 2-7 2-7
a< []
a> XREVRANGE s + - COUNT 2
a< [["3-0" ["f" "v"]] ["2-0" ["f" "v"]]]
a> XDEL s 1-0 3-0
a< 2
a> XREVRANGE s + -
a< [["2-0" ["f" "v"]]]
a> XDEL s 2-0
a< 1
a> XREVRANGE s + -
a< []
a> XREVRANGE s + - COUNT 0
a< nil-array
# errors
a> XREVRANGE s + x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s x -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + ""
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s "" -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + (
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s ( -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + (-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s (- -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + (+
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s (+ -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + ((1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s ((1 -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + 1-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s 1- -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + -1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s -1 -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + *
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s * -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + $
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s $ -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + >
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s > -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + 184467440737095516156
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s 184467440737095516156 -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s + 1-2-3
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s 1-2-3 -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s (0-0 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE s x (18446744073709551615-18446744073709551615
a< (error) ERR invalid start ID for the interval
a> XREVRANGE s + - COUNT x
a< (error) ERR value is not an integer or out of range
a> XREVRANGE s + - COUNT 1.5
a< (error) ERR value is not an integer or out of range
a> XREVRANGE s + - COUNT
a< (error) ERR syntax error
a> XREVRANGE s + - SOME
a< (error) ERR syntax error
a> XREVRANGE s + - SOME 1
a< (error) ERR syntax error
a> XREVRANGE s + - COUNT 1 SOME
a< (error) ERR syntax error
a> XREVRANGE s + - COUNT 1 COUNT
a< (error) ERR syntax error
a> SET text x
a< OK
a> XREVRANGE text + -
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XREVRANGE text + - COUNT 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XREVRANGE text + x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE text + - COUNT x
a< (error) ERR value is not an integer or out of range
a> XREVRANGE none + x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREVRANGE none + - SOME 1
a< (error) ERR syntax error
a> XREVRANGE
a< (error) ERR wrong number of arguments for 'xrevrange' command
a> XREVRANGE s
a< (error) ERR wrong number of arguments for 'xrevrange' command
a> XREVRANGE s -
a< (error) ERR wrong number of arguments for 'xrevrange' command
# RESP3: the fields stay a list
resp3 a
a> XADD z 1-0 f v g w
a< "1-0"
a> XREVRANGE z + -
a< [["1-0" ["f" "v" "g" "w"]]]
a> XREVRANGE z + - COUNT 0
a< nil
a> XREVRANGE none + - COUNT 0
a< []
