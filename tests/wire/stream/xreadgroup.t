oracle
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b g c
a< "2-0"
a> XADD s 3-0 f c
a< "3-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c1 COUNT 1 STREAMS s >
a< [["s" [["1-0" ["f" "a"]]]]]
a> XREADGROUP GROUP g c2 COUNT 0 STREAMS s >
a< [["s" [["2-0" ["f" "b" "g" "c"]] ["3-0" ["f" "c"]]]]]
a> XREADGROUP GROUP g c2 STREAMS s >
a< nil-array
# the consumer's own entries again, with and without the entry
a> XDEL s 2-0
a< 1
a> XREADGROUP GROUP g c2 BLOCK 0 STREAMS s 0
a< [["s" [["2-0" nil-array] ["3-0" ["f" "c"]]]]]
a> XREADGROUP GROUP g c2 STREAMS s 2
a< [["s" [["3-0" ["f" "c"]]]]]
a> XREADGROUP GROUP g c3 BLOCK 0 STREAMS s 0
a< [["s" []]]
a> XPENDING s g - + 10
a< [["1-0" "c1" <int> 1] ["2-0" "c2" <int> 1] ["3-0" "c2" <int> 3]]
# NOACK leaves no record
a> XADD s 4-0 f d
a< "4-0"
a> XREADGROUP GROUP g c3 NOACK STREAMS s >
a< [["s" [["4-0" ["f" "d"]]]]]
a> XPENDING s g
a< [3 "1-0" "3-0" [["c1" "1"] ["c2" "2"]]]
# new entries of one stream and history of another
a> XGROUP CREATE t g 0 MKSTREAM
a< OK
a> XADD t 1-0 f t
a< "1-0"
a> XREADGROUP GROUP g c1 BLOCK 0 STREAMS s t 0 >
a< [["s" [["1-0" ["f" "a"]]]] ["t" [["1-0" ["f" "t"]]]]]
a> XREADGROUP GROUP g c1 BLOCK 0 STREAMS t s > 1-0
a< [["s" []]]
# one stream fails: none is read
a> XADD t 2-0 f u
a< "2-0"
a> SET text x
a< OK
a> XREADGROUP GROUP g c1 STREAMS t text > >
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XREADGROUP GROUP g c1 STREAMS t nokey > >
a< (error) NOGROUP No such key 'nokey' or consumer group 'g' in XREADGROUP with GROUP option
a> XREADGROUP GROUP g c1 STREAMS t s > bad
a< (error) ERR Invalid stream ID specified as stream command argument
a> XREADGROUP GROUP g c1 STREAMS t >
a< [["t" [["2-0" ["f" "u"]]]]]
# errors
a> XREADGROUP GROUP nope c STREAMS s >
a< (error) NOGROUP No such key 's' or consumer group 'nope' in XREADGROUP with GROUP option
a> XREADGROUP GROUP g c STREAMS s $
a< (error) ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.
a> XREADGROUP COUNT 1 BLOCK 1 STREAMS s >
a< (error) ERR Missing GROUP option for XREADGROUP
a> XREADGROUP GROUP g c COUNT x STREAMS s >
a< (error) ERR value is not an integer or out of range
a> XREADGROUP GROUP g c BLOCK x STREAMS s >
a< (error) ERR timeout is not an integer or out of range
a> XREADGROUP GROUP g c BLOCK -1 STREAMS s >
a< (error) ERR timeout is negative
a> XREADGROUP GROUP g c COUNT 1 s >
a< (error) ERR syntax error
a> XREADGROUP GROUP g c
a< (error) ERR wrong number of arguments for 'xreadgroup' command
# names of options are names like others
a> XGROUP CREATE s STREAMS 3
a< OK
a> XREADGROUP GROUP STREAMS STREAMS COUNT 1 STREAMS s >
a< [["s" [["4-0" ["f" "d"]]]]]
restart
# RESP3: a map; the fields stay a list
a> XADD s 1-0 f a
a< "1-0"
a> XGROUP CREATE s g 0
a< OK
resp3 a
a> XREADGROUP GROUP g c STREAMS s >
a< {"s" [["1-0" ["f" "a"]]]}
a> XREADGROUP GROUP g c STREAMS s >
a< nil
