# `+` of Redis 7.4, MAXCOUNT and MAXSIZE of 8.10.
a> XREAD STREAMS s +
a< nil-array
a> XADD s 1-0 f v
a< "1-0"
a> XADD s 2-0 f v
a< "2-0"
a> XADD s 3-0 f v
a< "3-0"
a> XADD t 5-0 f v
a< "5-0"
a> XADD t 6-0 f v
a< "6-0"
a> XREAD STREAMS s +
a< [["s" [["3-0" ["f" "v"]]]]]
a> XREAD COUNT 2 STREAMS s +
a< [["s" [["3-0" ["f" "v"]]]]]
a> XREAD COUNT 0 STREAMS s t none + + +
a< [["s" [["3-0" ["f" "v"]]]] ["t" [["6-0" ["f" "v"]]]]]
a> XREAD BLOCK 0 STREAMS s t + 5
a< [["s" [["3-0" ["f" "v"]]]] ["t" [["6-0" ["f" "v"]]]]]
a> XREAD STREAMS s s + 1
a< [["s" [["3-0" ["f" "v"]]]] ["s" [["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XDEL s 3
a< 1
a> XREAD STREAMS s +
a< [["s" [["2-0" ["f" "v"]]]]]
a> XDEL s 1 2
a< 2
a> XREAD STREAMS s +
a< nil-array
a> XREAD BLOCK 1 STREAMS s +
a< nil-array
a> SET text x
a< OK
a> XREAD STREAMS text +
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
restart
# MAXCOUNT is for all streams together
a> XADD s 1-0 f v
a< "1-0"
a> XADD s 2-0 f v
a< "2-0"
a> XADD s 3-0 f v
a< "3-0"
a> XADD t 5-0 f v
a< "5-0"
a> XADD t 6-0 f v
a< "6-0"
a> XADD t 7-0 f v
a< "7-0"
a> XREAD MAXCOUNT 4 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]] ["t" [["5-0" ["f" "v"]]]]]
a> XREAD MAXCOUNT 3 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD maxcount 1 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]]]]]
a> XREAD COUNT 2 MAXCOUNT 3 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]]]] ["t" [["5-0" ["f" "v"]]]]]
a> XREAD MAXCOUNT 2 COUNT 2 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]]]]]
a> XREAD COUNT 0 MAXCOUNT 5 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]] ["t" [["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]]]
a> XREAD COUNT -1 MAXCOUNT 100 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]] ["t" [["5-0" ["f" "v"]] ["6-0" ["f" "v"]] ["7-0" ["f" "v"]]]]]
a> XREAD MAXCOUNT 1 STREAMS none s t 0 3 0
a< [["t" [["5-0" ["f" "v"]]]]]
a> XREAD MAXCOUNT 1 STREAMS s t + +
a< [["s" [["3-0" ["f" "v"]]]]]
a> XREAD MAXCOUNT 1 MAXCOUNT 2 STREAMS s 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]]]]]
# MAXSIZE: the first entry always goes out; bytes enough for all, and for none
a> XREAD MAXSIZE 1 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]]]]]
a> XREAD maxsize 1 COUNT 5 STREAMS none s t 0 3 0
a< [["t" [["5-0" ["f" "v"]]]]]
a> XREAD MAXSIZE 1000000 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]] ["t" [["5-0" ["f" "v"]] ["6-0" ["f" "v"]] ["7-0" ["f" "v"]]]]]
a> XREAD MAXSIZE 1000000 MAXCOUNT 2 STREAMS s 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]]]]]
a> XREAD MAXSIZE 1 MAXCOUNT 2 STREAMS s 0
a< [["s" [["1-0" ["f" "v"]]]]]
a> XREAD MAXSIZE 9223372036854775807 STREAMS s 2
a< [["s" [["3-0" ["f" "v"]]]]]
a> XREAD MAXSIZE 1 STREAMS s 3
a< nil-array
# what earlier commands of a pipeline answered does not count
a> XRANGE s - +
a> XREAD MAXSIZE 1000 STREAMS s 0
a< [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
# a large entry uses the budget up, a small one does not
a> XADD big 1-0 f xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
a< "1-0"
a> XADD big 2-0 f v
a< "2-0"
a> XREAD MAXSIZE 250 STREAMS big s 0 0
a< [["big" [["1-0" ["f" "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]]]]]
a> XREAD MAXSIZE 250 STREAMS big s 1 2
a< [["big" [["2-0" ["f" "v"]]]] ["s" [["3-0" ["f" "v"]]]]]
# errors
a> XREAD MAXCOUNT 0 STREAMS s 0
a< (error) ERR MAXCOUNT must be a positive integer
a> XREAD MAXCOUNT -1 STREAMS s 0
a< (error) ERR MAXCOUNT must be a positive integer
a> XREAD MAXCOUNT x STREAMS s 0
a< (error) ERR value is not an integer or out of range
a> XREAD MAXCOUNT 1.5 STREAMS s 0
a< (error) ERR value is not an integer or out of range
a> XREAD COUNT 1 MAXCOUNT
a< (error) ERR syntax error
a> XREAD MAXSIZE 0 STREAMS s 0
a< (error) ERR MAXSIZE must be a positive integer
a> XREAD MAXSIZE -1 STREAMS s 0
a< (error) ERR MAXSIZE must be a positive integer
a> XREAD MAXSIZE x STREAMS s 0
a< (error) ERR value is not an integer or out of range
a> XREAD MAXSIZE 1.5 STREAMS s 0
a< (error) ERR value is not an integer or out of range
a> XREAD COUNT 1 MAXSIZE
a< (error) ERR syntax error
a> XREAD MAXCOUNT 1 COUNT 2 STREAMS s 0
a< (error) ERR MAXCOUNT must be greater than or equal to COUNT
a> XREAD COUNT 2 MAXCOUNT 1 STREAMS none 0
a< (error) ERR MAXCOUNT must be greater than or equal to COUNT
a> XREAD COUNT 2 MAXCOUNT 1
a< (error) ERR syntax error
resp3 a
a> XREAD MAXCOUNT 4 STREAMS s t 0 0
a< {"s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]] "t" [["5-0" ["f" "v"]]]}
a> XREAD STREAMS s t + +
a< {"s" [["3-0" ["f" "v"]]] "t" [["7-0" ["f" "v"]]]}
a> XREAD MAXSIZE 1 STREAMS s t 0 0
a< {"s" [["1-0" ["f" "v"]]]}
