oracle
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XADD s 3-0 f c
a< "3-0"
a> XINFO GROUPS s
a< []
a> XGROUP CREATE s g 0
a< OK
a> XINFO GROUPS s
a< [["name" "g" "consumers" 0 "pending" 0 "last-delivered-id" "0-0" "entries-read" nil "lag" 3]]
a> XREADGROUP GROUP g c COUNT 2 STREAMS s >
a< [["s" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]]]]
a> XINFO GROUPS s
a< [["name" "g" "consumers" 1 "pending" 2 "last-delivered-id" "2-0" "entries-read" 2 "lag" 1]]
a> XGROUP CREATE s a $
a< OK
a> XINFO GROUPS s
a< [["name" "a" "consumers" 0 "pending" 0 "last-delivered-id" "3-0" "entries-read" nil "lag" 0] ["name" "g" "consumers" 1 "pending" 2 "last-delivered-id" "2-0" "entries-read" 2 "lag" 1]]
a> XINFO CONSUMERS s a
a< []
a> XINFO CONSUMERS s nope
a< (error) NOGROUP No such consumer group 'nope' for key name 's'
a> XINFO GROUPS nokey
a< (error) ERR no such key
a> XINFO CONSUMERS nokey g
a< (error) ERR no such key
a> XINFO STREAM nokey
a< (error) ERR no such key
a> XINFO STREAM s SOME
a< (error) ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
a> XINFO STREAM s FULL COUNT x
a< (error) ERR value is not an integer or out of range
a> XINFO NOTHING s
a< (error) ERR unknown subcommand 'NOTHING'. Try XINFO HELP.
a> SET text x
a< OK
a> XINFO STREAM text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XINFO GROUPS text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XINFO CONSUMERS text g
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
only ours
a> XINFO CONSUMERS s g
a< [["name" "c" "pending" 2 "idle" <int> "inactive" <int>]]
a> XGROUP CREATECONSUMER s a d
a< 1
a> XINFO CONSUMERS s a
a< [["name" "d" "pending" 0 "idle" <int> "inactive" -1]]
a> XINFO STREAM s
a< ["length" 3 "radix-tree-keys" 1 "radix-tree-nodes" 2 "last-generated-id" "3-0" "max-deleted-entry-id" "0-0" "entries-added" 3 "recorded-first-entry-id" "1-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "groups" 2 "first-entry" ["1-0" ["f" "a"]] "last-entry" ["3-0" ["f" "c"]]]
a> XINFO STREAM s FULL COUNT 1
a< ["length" 3 "radix-tree-keys" 1 "radix-tree-nodes" 2 "last-generated-id" "3-0" "max-deleted-entry-id" "0-0" "entries-added" 3 "recorded-first-entry-id" "1-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "entries" [["1-0" ["f" "a"]]] "groups" [["name" "a" "last-delivered-id" "3-0" "entries-read" nil "lag" 0 "pel-count" 0 "nacked-count" 0 "pending" [] "consumers" [["name" "d" "seen-time" <int> "active-time" -1 "pel-count" 0 "pending" []]]] ["name" "g" "last-delivered-id" "2-0" "entries-read" 2 "lag" 1 "pel-count" 2 "nacked-count" 0 "pending" [["1-0" "c" <int> 1]] "consumers" [["name" "c" "seen-time" <int> "active-time" <int> "pel-count" 2 "pending" [["1-0" <int> 1]]]]]]]
# lag is exact where Redis says nil
a> XDEL s 3-0
a< 1
a> XINFO GROUPS s
a< [["name" "a" "consumers" 1 "pending" 0 "last-delivered-id" "3-0" "entries-read" nil "lag" 0] ["name" "g" "consumers" 1 "pending" 2 "last-delivered-id" "2-0" "entries-read" 2 "lag" 0]]
resp3 a
a> XINFO GROUPS s
a< [{"name" "a" "consumers" 1 "pending" 0 "last-delivered-id" "3-0" "entries-read" nil "lag" 0} {"name" "g" "consumers" 1 "pending" 2 "last-delivered-id" "2-0" "entries-read" 2 "lag" 0}]
a> XINFO CONSUMERS s g
a< [{"name" "c" "pending" 2 "idle" <int> "inactive" <int>}]
end
