oracle
a> XREAD STREAMS s 0
a< nil-array
a> XREAD STREAMS s $
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
a> XREAD STREAMS s 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD STREAMS s 0-0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD STREAMS s 1
a< [["s" [["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD STREAMS s 1-5
a< [["s" [["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD STREAMS s 3
a< nil-array
a> XREAD STREAMS s 4
a< nil-array
a> XREAD STREAMS s 18446744073709551615-18446744073709551615
a< nil-array
a> XREAD STREAMS s $
a< nil-array
# COUNT is for each stream; the last one holds; 0 and less: no limit
a> XREAD COUNT 1 STREAMS s t 0 0
a< [["s" [["1-0" ["f" "v"]]]] ["t" [["5-0" ["f" "v"]]]]]
a> XREAD count 2 streams s t 1 0
a< [["s" [["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]] ["t" [["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]]]
a> XREAD COUNT 1 COUNT 2 STREAMS s 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]]]]]
a> XREAD COUNT 0 STREAMS s 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD COUNT -5 STREAMS s 0
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
# only streams that have something, in the order asked for
a> XREAD STREAMS t s none 0 0 0
a< [["t" [["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]] ["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD STREAMS none s t 0 3 5
a< [["t" [["6-0" ["f" "v"]]]]]
a> XREAD STREAMS s t 2 $
a< [["s" [["3-0" ["f" "v"]]]]]
a> XREAD STREAMS s t $ $
a< nil-array
a> XREAD COUNT 1 STREAMS s s s 0 3 1
a< [["s" [["1-0" ["f" "v"]]]] ["s" [["2-0" ["f" "v"]]]]]
# BLOCK does not matter when there is something
a> XREAD BLOCK 0 STREAMS s 2
a< [["s" [["3-0" ["f" "v"]]]]]
a> XREAD BLOCK 0 COUNT 1 STREAMS none s 0 0
a< [["s" [["1-0" ["f" "v"]]]]]
a> XREAD COUNT 1 BLOCK 100000 STREAMS s t $ 5
a< [["t" [["6-0" ["f" "v"]]]]]
a> XREAD BLOCK 1 STREAMS s 3
a< nil-array
a> XREAD BLOCK 1 STREAMS s $
a< nil-array
# keys named like options
a> XADD STREAMS 1-0 f v
a< "1-0"
a> XADD COUNT 1-0 f v
a< "1-0"
a> XREAD STREAMS STREAMS COUNT 0 0
a< [["STREAMS" [["1-0" ["f" "v"]]]] ["COUNT" [["1-0" ["f" "v"]]]]]
# deleted entries
a> XDEL s 2
a< 1
a> XREAD STREAMS s 0
a< [["s" [["1-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREAD COUNT 1 STREAMS s 1
a< [["s" [["3-0" ["f" "v"]]]]]
a> XDEL s 3
a< 1
a> XREAD STREAMS s 1
a< nil-array
a> XREAD STREAMS s 0
a< [["s" [["1-0" ["f" "v"]]]]]
a> XDEL s 1
a< 1
a> XREAD STREAMS s 0
a< nil-array
# errors
a> XREAD
a< (error) ERR wrong number of arguments for 'xread' command
a> XREAD STREAMS
a< (error) ERR wrong number of arguments for 'xread' command
a> XREAD STREAMS s
a< (error) ERR wrong number of arguments for 'xread' command
a> XREAD STREAMS t x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t *
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t (1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t 1-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t -1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t ""
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t none 0 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD STREAMS t >
a< (error) ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.
a> XREAD BLOCK 0 STREAMS t >
a< (error) ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.
a> XREAD COUNT x STREAMS t 0
a< (error) ERR value is not an integer or out of range
a> XREAD COUNT 1.5 STREAMS t 0
a< (error) ERR value is not an integer or out of range
a> XREAD COUNT STREAMS t 0
a< (error) ERR value is not an integer or out of range
a> XREAD BLOCK x STREAMS t 0
a< (error) ERR timeout is not an integer or out of range
a> XREAD BLOCK 1.5 STREAMS t 0
a< (error) ERR timeout is not an integer or out of range
a> XREAD BLOCK -1 STREAMS t 0
a< (error) ERR timeout is negative
a> XREAD GROUP g c STREAMS t 0
a< (error) ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.
a> XREAD NOACK STREAMS t 0
a< (error) ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.
a> XREAD SOME STREAMS t 0
a< (error) ERR syntax error
a> XREAD COUNT 1 BLOCK
a< (error) ERR syntax error
a> XREAD COUNT 1 STREAMS
a< (error) ERR syntax error
a> XREAD COUNT 1 BLOCK 1
a< (error) ERR syntax error
a> XREAD t 0 1
a< (error) ERR syntax error
a> SET text x
a< OK
a> XREAD STREAMS text 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XREAD STREAMS text $
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XREAD STREAMS t text 0 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XREAD STREAMS text t x 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XREAD STREAMS t text x 0
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREAD BLOCK 0 STREAMS text $
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
only ours
a> XREAD BLOCK 9223372036854775807 STREAMS t 0
a< (error) ERR timeout is out of range
a> XREAD STREAMS s t 0
a< (error) ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.
a> XREAD STREAMS s t 0 0 0
a< (error) ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.
a> XREAD COUNT 1 STREAMS s
a< (error) ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.
a> XREAD CLAIM 1 STREAMS t 0
a< (error) ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.
end
only oracle
a> XREAD STREAMS s t 0
a< (error) ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.
end
# RESP3: a map; the fields stay a list
resp3 a
a> XREAD STREAMS t 0
a< {"t" [["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]}
a> XREAD COUNT 1 STREAMS t STREAMS 0 0
a< {"t" [["5-0" ["f" "v"]]] "STREAMS" [["1-0" ["f" "v"]]]}
a> XREAD COUNT 1 STREAMS t t 0 5
a< {"t" [["5-0" ["f" "v"]]] "t" [["6-0" ["f" "v"]]]}
a> XREAD STREAMS t 6
a< nil
a> XREAD BLOCK 1 STREAMS t 6
a< nil
