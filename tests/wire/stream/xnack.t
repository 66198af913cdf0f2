# Redis 8.8 and later
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XADD s 3-0 f c
a< "3-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c1 COUNT 2 STREAMS s >
a< [["s" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]]]]
a> XNACK s g SILENT IDS 1 2-0
a< 1
a> XNACK s g FATAL IDS 1 1-0
a< 1
a> XPENDING s g - + 10
a< [["1-0" "" -1 9223372036854775807] ["2-0" "" -1 0]]
a> XPENDING s g
a< [2 "1-0" "2-0" []]
a> XREADGROUP GROUP g c2 COUNT 1 CLAIM 3600000 STREAMS s >
a< [["s" [["2-0" ["f" "b"] <int> 0]]]]
a> XNACK s g FAIL IDS 2 2-0 9-0 RETRYCOUNT 5
a< 1
a> XNACK s g FAIL IDS 1 3-0
a< 0
a> XNACK s g FAIL FORCE IDS 2 3-0 9-0
a< 1
a> XPENDING s g - + 10
a< [["1-0" "" -1 9223372036854775807] ["2-0" "" -1 5] ["3-0" "" -1 0]]
a> XAUTOCLAIM s g c3 3600000 0 JUSTID
a< ["0-0" ["1-0" "2-0" "3-0"] []]
a> XNACK s g LOUD IDS 1 1-0
a< (error) ERR mode must be SILENT, FAIL, or FATAL
a> XNACK s g FAIL IDS x 1-0
a< (error) ERR numids must be a positive integer
a> XNACK s g FAIL IDS 2 1-0
a< (error) ERR number of IDs doesn't match numids
a> XNACK s g FAIL IDS 1 1-0 RETRYCOUNT -1
a< (error) ERR Invalid RETRYCOUNT value, must be >= 0
a> XNACK s g FAIL IDS 1 1-0 2-0
a< (error) ERR Unrecognized XNACK option '2-0'
a> XNACK s g FAIL FORCE RETRYCOUNT 1
a< (error) ERR syntax error, expected IDS keyword
a> XNACK s g FAIL IDS 2 1-0 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XNACK s nope FAIL IDS 1 1-0
a< (error) NOGROUP No such key 's' or consumer group 'nope'
a> XNACK nokey g FAIL IDS 1 1-0
a< (error) NOGROUP No such key 'nokey' or consumer group 'g'
a> SET text x
a< OK
a> XNACK text g FAIL IDS 1 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XNACK s g FAIL IDS 1
a< (error) ERR wrong number of arguments for 'xnack' command
