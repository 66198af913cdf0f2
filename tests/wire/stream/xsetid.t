oracle
a> XSETID s 1-0
a< (error) ERR no such key
a> XADD s 1-0 f v
a< "1-0"
a> XADD s 2-0 f v
a< "2-0"
a> XADD s 3-0 f v
a< "3-0"
a> XSETID s 3-0
a< OK
a> XSETID s 2-9
a< (error) ERR The ID specified in XSETID is smaller than the target stream top item
a> XSETID s 10
a< OK
a> XADD s 10-0 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s 10-* f v
a< "10-1"
a> XSETID s 10-0
a< (error) ERR The ID specified in XSETID is smaller than the target stream top item
a> XSETID s 20-5
a< OK
a> XADD s 20-* f v
a< "20-6"
# going back
a> XSETID s 30
a< OK
a> XSETID s 20-6
a< OK
a> XADD s 21-0 f v
a< "21-0"
# entries-added and max-deleted-entry-id
a> XSETID s 21 ENTRIESADDED 6 MAXDELETEDID 4-0
a< OK
a> XSETID s 21 maxdeletedid 5-0 entriesadded 100
a< OK
a> XSETID s 21 ENTRIESADDED 7
a< OK
a> XSETID s 22 MAXDELETEDID 0-0
a< OK
only ours
a> XINFO STREAM s
a< ["length" 6 * * * * "last-generated-id" "22-0" "max-deleted-entry-id" "5-0" "entries-added" 7 "recorded-first-entry-id" "1-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "groups" 0 "first-entry" * "last-entry" *]
end
only oracle
a> XINFO STREAM s
a< ["length" 6 * * * * "last-generated-id" "22-0" "max-deleted-entry-id" "5-0" "entries-added" 7 "recorded-first-entry-id" "1-0" "groups" 0 "first-entry" * "last-entry" *]
end
# errors
a> XSETID s 21 ENTRIESADDED 5
a< (error) ERR The entries_added specified in XSETID is smaller than the target stream length
a> XSETID s 21 ENTRIESADDED -1
a< (error) ERR entries_added must be positive
a> XSETID s 21 ENTRIESADDED x
a< (error) ERR value is not an integer or out of range
a> XSETID s 21 MAXDELETEDID 22
a< (error) ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id
a> XSETID s 1 MAXDELETEDID 2
a< (error) ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id
a> XSETID s 21 MAXDELETEDID x
a< (error) ERR Invalid stream ID specified as stream command argument
only ours
a> XSETID s 4
a< (error) ERR The ID specified in XSETID is smaller than current max_deleted_entry_id
a> XSETID s 4 MAXDELETEDID 1
a< (error) ERR The ID specified in XSETID is smaller than current max_deleted_entry_id
end
a> XSETID s x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s -
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s +
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s $
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s *
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s (30
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s 30-
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s ""
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID s 21 SOME
a< (error) ERR syntax error
a> XSETID s 21 ENTRIESADDED
a< (error) ERR syntax error
a> XSETID s 21 MAXDELETEDID
a< (error) ERR syntax error
a> XSETID s 21 ENTRIESADDED 7 SOME 1
a< (error) ERR syntax error
a> XSETID none x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID none 1 SOME
a< (error) ERR syntax error
a> XSETID none 1 ENTRIESADDED -1
a< (error) ERR entries_added must be positive
a> XSETID none 1 MAXDELETEDID 2
a< (error) ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id
a> SET text x
a< OK
a> XSETID text 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XSETID text x
a< (error) ERR Invalid stream ID specified as stream command argument
a> XSETID
a< (error) ERR wrong number of arguments for 'xsetid' command
a> XSETID s
a< (error) ERR wrong number of arguments for 'xsetid' command
# an empty stream: no entry is above
a> XADD e 5-0 f v
a< "5-0"
a> XTRIM e MAXLEN 0
a< 1
a> XSETID e 1
a< OK
a> XADD e 2-0 f v
a< "2-0"
a> XDEL e 2
a< 1
only ours
a> XSETID e 1
a< (error) ERR The ID specified in XSETID is smaller than current max_deleted_entry_id
end
a> XSETID e 2 ENTRIESADDED 0
a< OK
a> XADD e 3-0 f v
a< "3-0"
a> XSETID e 18446744073709551615-18446744073709551615
a< OK
a> XADD e * f v
a< (error) ERR The stream has exhausted the last possible ID, unable to add more items
# what was trimmed at the end is not in the way of what comes when the id went back
only ours
a> XADD b 1-1 f v
a< "1-1"
a> XADD b 5-1 f v
a< "5-1"
a> XGROUP CREATE b g 0
a< OK
a> XREADGROUP GROUP g c NOACK STREAMS b 1-0
a< [["b" []]]
a> XREADGROUP GROUP g c STREAMS b >
a< [["b" [["1-1" ["f" "v"]] ["5-1" ["f" "v"]]]]]
a> XACK b g 5-1
a< 1
a> XTRIM b MINID = 9 ACKED
a< 1
a> XSETID b 2-0
a< OK
a> XADD b 3-1 f w
a< "3-1"
a> XRANGE b 3 3
a< [["3-1" ["f" "w"]]]
a> XDEL b 3-1
a< 1
a> XLEN b
a< 1
end
