# Redis 8.2: what a trim does with entries that groups refer to.
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
a> XGROUP CREATE s g 0
a< OK
a> XGROUP CREATE s h 0
a< OK
a> XREADGROUP GROUP g c COUNT 3 STREAMS s >
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREADGROUP GROUP h c COUNT 4 STREAMS s >
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]] ["4-0" ["f" "v"]]]]]
a> XACK s g 2-0
a< 1
a> XACK s h 2-0 3-0
a< 2
# KEEPREF is what happens without a word
a> XTRIM s KEEPREF MAXLEN 4
a< 1
a> XPENDING s h
a< [2 "1-0" "4-0" [["c" "2"]]]
# DELREF drops only the references to what goes now
a> XTRIM s MAXLEN 2 DELREF
a< 2
a> XPENDING s g
a< [1 "1-0" "1-0" [["c" "1"]]]
a> XPENDING s h
a< [2 "1-0" "4-0" [["c" "2"]]]
a> XADD s delref MAXLEN 2 6-0 f v
a< "6-0"
a> XPENDING s h
a< [1 "1-0" "1-0" [["c" "1"]]]
a> XRANGE s - +
a< [["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]
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
a> XGROUP CREATE s g 0
a< OK
a> XGROUP CREATE s h 0
a< OK
a> XREADGROUP GROUP g c COUNT 3 STREAMS s >
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XREADGROUP GROUP h c COUNT 4 STREAMS s >
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]] ["4-0" ["f" "v"]]]]]
a> XACK s g 2-0
a< 1
a> XACK s h 2-0 3-0
a< 2
# ACKED passes over what is pending or not yet delivered somewhere
a> XTRIM s ACKED MAXLEN 0
a< 1
a> XRANGE s - +
a< [["1-0" ["f" "v"]] ["3-0" ["f" "v"]] ["4-0" ["f" "v"]] ["5-0" ["f" "v"]]]
a> XTRIM s MINID 100 ACKED
a< 0
a> XACK s g 1-0 3-0
a< 2
a> XTRIM s MINID 3 ACKED
a< 0
a> XTRIM s MAXLEN 3 ACKED
a< 1
a> XRANGE s - +
a< [["1-0" ["f" "v"]] ["4-0" ["f" "v"]] ["5-0" ["f" "v"]]]
a> XACK s h 1-0 4-0
a< 2
a> XADD s ACKED MAXLEN 0 6-0 f v
a< "6-0"
a> XRANGE s - +
a< [["4-0" ["f" "v"]] ["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]
a> XGROUP SETID s g 5
a< OK
a> XGROUP SETID s h 4
a< OK
a> XTRIM s ACKED MINID 6
a< 1
a> XGROUP DESTROY s h
a< 1
a> XTRIM s ACKED MAXLEN 0
a< 1
a> XRANGE s - +
a< [["6-0" ["f" "v"]]]
a> XGROUP DESTROY s g
a< 1
a> XTRIM s ACKED MAXLEN 0
a< 1
a> XLEN s
a< 0
