oracle
a> XRANGE s - +
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
a> XRANGE s - +
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s 0 9
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s 1 2
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]]]
a> XRANGE s 1-1 2-0
a< [["1-5" ["f" "v"]] ["2-0" ["f" "v"]]]
a> XRANGE s 1-5 1-5
a< [["1-5" ["f" "v"]]]
a> XRANGE s 1-6 1-9
a< []
a> XRANGE s 1 1
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]]]
a> XRANGE s 02 02-7
a< [["2-0" ["f" "v"]] ["2-7" ["f" "v"]]]
a> XRANGE s 3 1
a< []
a> XRANGE s + -
a< []
a> XRANGE s + +
a< []
a> XRANGE s - -
a< []
a> XRANGE s 4 +
a< []
a> XRANGE s 0 0-5
a< []
a> XRANGE s 18446744073709551615 18446744073709551615
a< []
# open at one end or both
a> XRANGE s (1 +
a< [["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s (1-0 (3-0
a< [["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]]]
a> XRANGE s (1-5 (1-5
a< []
a> XRANGE s - (3
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s - (2-7
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]]]
a> XRANGE s (1-4 (1-6
a< [["1-5" ["f" "v"]]]
a> XRANGE s (0-0 +
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s (1-18446744073709551615 +
a< [["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s - (2-0
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]]]
a> XRANGE s - (0-1
a< []
a> XRANGE s (18446744073709551615-18446744073709551615 +
a< (error) ERR invalid start ID for the interval
a> XRANGE s - (0-0
a< (error) ERR invalid end ID for the interval
a> XRANGE s (18446744073709551615 +
a< []
a> XRANGE s - (0
a< []
# COUNT
a> XRANGE s - + COUNT 1
a< [["1-0" ["f" "v"]]]
a> XRANGE s - + COUNT 2
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]]]
a> XRANGE s - + COUNT 5
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s - + COUNT 100
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s - + COUNT 9223372036854775807
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]] ["2-0" ["f" "v"]] ["2-7" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s - + COUNT 0
a< nil-array
a> XRANGE s - + COUNT -1
a< nil-array
a> XRANGE s 9 1 COUNT 0
a< nil-array
a> XRANGE s - + count 0 COUNT 2
a< [["1-0" ["f" "v"]] ["1-5" ["f" "v"]]]
a> XRANGE s 9 1 COUNT 1
a< []
a> XRANGE none - + COUNT 0
a< []
a> XRANGE none - +
a< []
# holes left by deleted entries
a> XDEL s 1-5 2-7
a< 2
a> XRANGE s - +
a< [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]
a> XRANGE s 1-5 2-7
a< [["2-0" ["f" "v"]]]
a> XRANGE s 2-7 2-7
a< []
a> XRANGE s - + COUNT 2
a< [["1-0" ["f" "v"]] ["2-0" ["f" "v"]]]
a> XDEL s 1-0 3-0
a< 2
a> XRANGE s - +
a< [["2-0" ["f" "v"]]]
a> XDEL s 2-0
a< 1
a> XRANGE s - +
a< []
a> XRANGE s - + COUNT 0
a< nil-array
# errors
a> XRANGE s x +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s "" +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - ""
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s ( +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - (
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s (- +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - (-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s (+ +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - (+
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s ((1 +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - ((1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s 1- +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - 1-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s -1 +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - -1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s * +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - *
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s $ +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - $
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s > +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - >
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s 184467440737095516156 +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - 184467440737095516156
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s 1-2-3 +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s - 1-2-3
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s x (0-0
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE s (18446744073709551615-18446744073709551615 x
a< (error) ERR invalid start ID for the interval
a> XRANGE s - + COUNT x
a< (error) ERR value is not an integer or out of range
a> XRANGE s - + COUNT 1.5
a< (error) ERR value is not an integer or out of range
a> XRANGE s - + COUNT
a< (error) ERR syntax error
a> XRANGE s - + SOME
a< (error) ERR syntax error
a> XRANGE s - + SOME 1
a< (error) ERR syntax error
a> XRANGE s - + COUNT 1 SOME
a< (error) ERR syntax error
a> XRANGE s - + COUNT 1 COUNT
a< (error) ERR syntax error
a> SET text x
a< OK
a> XRANGE text - +
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XRANGE text - + COUNT 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XRANGE text x +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE text - + COUNT x
a< (error) ERR value is not an integer or out of range
a> XRANGE none x +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XRANGE none - + SOME 1
a< (error) ERR syntax error
a> XRANGE
a< (error) ERR wrong number of arguments for 'xrange' command
a> XRANGE s
a< (error) ERR wrong number of arguments for 'xrange' command
a> XRANGE s -
a< (error) ERR wrong number of arguments for 'xrange' command
# RESP3: the fields stay a list
resp3 a
a> XADD z 1-0 f v g w
a< "1-0"
a> XRANGE z - +
a< [["1-0" ["f" "v" "g" "w"]]]
a> XRANGE z - + COUNT 0
a< nil
a> XRANGE none - + COUNT 0
a< []
