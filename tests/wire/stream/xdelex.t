# Redis 8.2: section 7.3.
a> XDELEX nokey IDS 2 x y
a< [-1 -1]
a> XDELEX nokey ACKED IDS 1 1-0
a< [-1]
a> EXISTS nokey
a< 0
a> XADD s 1-0 f v
a< "1-0"
a> XADD s 2-0 f v
a< "2-0"
a> XADD s 3-0 f v
a< "3-0"
a> XGROUP CREATE s g1 1-0
a< OK
a> XGROUP CREATE s g2 2-0
a< OK
a> XDELEX s ACKED IDS 3 1-0 2-0 9-0
a< [1 2 2]
a> XGROUP DESTROY s g1
a< 1
a> XDELEX s ACKED IDS 2 2-0 3-0
a< [1 2]
a> XGROUP DESTROY s g2
a< 1
a> XDELEX s ACKED IDS 2 3-0 4-0
a< [1 -1]
a> XLEN s
a< 0
a> EXISTS s
a< 1
a> XADD s 3-0 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
restart
# codes come one for each ID, in order
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
a> XDELEX s IDS 5 6-0 9-0 1 6-0 0-0
a< [1 -1 1 -1 -1]
a> xdelex s ids 1 2
a< [1]
a> XDELEX s IDS 1 3 KEEPREF
a< [1]
a> XDELEX s IDS 1 4 DELREF
a< [1]
a> XDELEX s IDS 1 5 ACKED
a< [1]
a> XINFO STREAM s
a< ["length" 0 "radix-tree-keys" <int> "radix-tree-nodes" <int> "last-generated-id" "6-0" "max-deleted-entry-id" "6-0" "entries-added" 6 "recorded-first-entry-id" "0-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "groups" 0 "first-entry" nil "last-entry" nil]
restart
# what becomes of references
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
a> XREADGROUP GROUP g c STREAMS s >
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]] ["4-0" ["f" "v"]] ["5-0" ["f" "v"]]]]]
a> XREADGROUP GROUP h d COUNT 3 STREAMS s >
a< [["s" [["1-0" ["f" "v"]] ["2-0" ["f" "v"]] ["3-0" ["f" "v"]]]]]
a> XDELEX s KEEPREF IDS 1 1-0
a< [1]
a> XPENDING s g
a< [5 "1-0" "5-0" [["c" "5"]]]
a> XPENDING s h
a< [3 "1-0" "3-0" [["d" "3"]]]
a> XDELEX s DELREF IDS 2 2-0 8-0
a< [1 -1]
a> XPENDING s g
a< [4 "1-0" "5-0" [["c" "4"]]]
a> XPENDING s h
a< [2 "1-0" "3-0" [["d" "2"]]]
# DELREF of an entry that is gone already
a> XDELEX s DELREF IDS 1 1-0
a< [-1]
a> XPENDING s g
a< [3 "3-0" "5-0" [["c" "3"]]]
a> XPENDING s h
a< [1 "3-0" "3-0" [["d" "1"]]]
# ACKED: pending in one group, then in none
a> XACK s g 3-0 4-0
a< 2
a> XDELEX s ACKED IDS 2 3-0 4-0
a< [2 2]
a> XACK s h 3-0
a< 1
a> XDELEX s ACKED IDS 2 3-0 4-0
a< [1 2]
a> XREADGROUP GROUP h d COUNT 1 NOACK STREAMS s >
a< [["s" [["4-0" ["f" "v"]]]]]
a> XDELEX s ACKED IDS 2 4-0 5-0
a< [1 2]
a> XRANGE s - +
a< [["5-0" ["f" "v"]]]
# errors; nothing goes
a> XDELEX s IDS x 5-0
a< (error) ERR Number of IDs must be a positive integer
a> XDELEX s IDS 0 5-0
a< (error) ERR Number of IDs must be a positive integer
a> XDELEX s IDS -1 5-0
a< (error) ERR Number of IDs must be a positive integer
a> XDELEX s IDS 1.5 5-0
a< (error) ERR Number of IDs must be a positive integer
a> XDELEX s IDS 9223372036854775808 5-0
a< (error) ERR Number of IDs must be a positive integer
a> XDELEX s IDS 2 5-0
a< (error) ERR The `numids` parameter must match the number of arguments
a> XDELEX s IDS 9223372036854775807 5-0
a< (error) ERR The `numids` parameter must match the number of arguments
a> XDELEX s KEEPREF IDS 3 5-0 5-0
a< (error) ERR The `numids` parameter must match the number of arguments
a> XDELEX s IDS 1 5-0 6-0
a< (error) ERR syntax error
a> XDELEX s IDS 1 5-0 SOME
a< (error) ERR syntax error
a> XDELEX s SOME IDS 1 5-0
a< (error) ERR syntax error
a> XDELEX s KEEPREF DELREF IDS 1 5-0
a< (error) ERR syntax error
a> XDELEX s ACKED ACKED IDS 1 5-0
a< (error) ERR syntax error
a> XDELEX s KEEPREF IDS 1 5-0 KEEPREF
a< (error) ERR syntax error
a> XDELEX s 5-0 6-0 7-0
a< (error) ERR syntax error
a> XDELEX s KEEPREF 1 5-0
a< (error) ERR syntax error
a> XDELEX s IDS 2 5-0 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDELEX s DELREF IDS 2 5-0 -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDELEX s IDS 1 (5-0
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDELEX nokey IDS x 1-0
a< (error) ERR Number of IDs must be a positive integer
a> XDELEX nokey SOME IDS 1 1-0
a< (error) ERR syntax error
a> XLEN s
a< 1
a> SET text x
a< OK
a> XDELEX text IDS 1 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XDELEX text IDS x 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XDELEX text SOME IDS 1 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XDELEX
a< (error) ERR wrong number of arguments for 'xdelex' command
a> XDELEX s
a< (error) ERR wrong number of arguments for 'xdelex' command
a> XDELEX s IDS
a< (error) ERR wrong number of arguments for 'xdelex' command
a> XDELEX s IDS 1
a< (error) ERR wrong number of arguments for 'xdelex' command
