oracle
a> XDEL s 1-0
a< 0
a> XDEL s x
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
a> XDEL s 2-0
a< 1
a> XDEL s 2-0
a< 0
a> XDEL s 9-0 2-1 0-0 18446744073709551615
a< 0
a> XDEL s 3 3-0 03-00
a< 1
a> XRANGE s - +
a< [["1-0" ["f" "v"]] ["4-0" ["f" "v"]] ["5-0" ["f" "v"]] ["6-0" ["f" "v"]]]
# a bad ID anywhere: nothing goes
a> XDEL s 4-0 x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 $
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 *
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 (5-0
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 5-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 ""
a< (error) ERR Invalid stream ID specified as stream command argument
a> XDEL s 4-0 5-x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XLEN s
a< 4
# first and last, in any order
a> XDEL s 6-0 9-0 1-0
a< 2
a> XRANGE s - +
a< [["4-0" ["f" "v"]] ["5-0" ["f" "v"]]]
a> XADD s 6-0 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XDEL s 5 4
a< 2
a> XLEN s
a< 0
a> EXISTS s
a< 1
a> XDEL s 5
a< 0
a> XADD s 7-0 f v
a< "7-0"
a> XRANGE s - +
a< [["7-0" ["f" "v"]]]
# pending entries stay pending
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g c STREAMS s >
a< [["s" [["7-0" ["f" "v"]]]]]
a> XDEL s 7
a< 1
a> XPENDING s g
a< [1 "7-0" "7-0" [["c" "1"]]]
a> SET text x
a< OK
a> XDEL text 1-0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XDEL text x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XDEL
a< (error) ERR wrong number of arguments for 'xdel' command
a> XDEL s
a< (error) ERR wrong number of arguments for 'xdel' command
# the first entry and the greatest ID deleted
only ours
a> XADD n 1-0 f v
a< "1-0"
a> XADD n 2-0 f v
a< "2-0"
a> XADD n 3-0 f v
a< "3-0"
a> XDEL n 2
a< 1
a> XINFO STREAM n
a< ["length" 2 "radix-tree-keys" <int> "radix-tree-nodes" <int> "last-generated-id" "3-0" "max-deleted-entry-id" "2-0" "entries-added" 3 "recorded-first-entry-id" "1-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "groups" 0 "first-entry" ["1-0" ["f" "v"]] "last-entry" ["3-0" ["f" "v"]]]
a> XDEL n 1 8
a< 1
a> XINFO STREAM n
a< ["length" 1 "radix-tree-keys" <int> "radix-tree-nodes" <int> "last-generated-id" "3-0" "max-deleted-entry-id" "2-0" "entries-added" 3 "recorded-first-entry-id" "3-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "groups" 0 "first-entry" ["3-0" ["f" "v"]] "last-entry" ["3-0" ["f" "v"]]]
a> XDEL n 3
a< 1
a> XINFO STREAM n
a< ["length" 0 "radix-tree-keys" <int> "radix-tree-nodes" <int> "last-generated-id" "3-0" "max-deleted-entry-id" "3-0" "entries-added" 3 "recorded-first-entry-id" "0-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "groups" 0 "first-entry" nil "last-entry" nil]
end
