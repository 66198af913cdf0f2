# XSETID that lowers entries-added lowers what groups claim to have read.
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XGROUP CREATE s g 2-0 ENTRIESREAD 2
a< OK
a> XDEL s 1-0
a< 1
a> XSETID s 2-0 ENTRIESADDED 1
a< OK
a> XINFO GROUPS s
a< [["name" "g" "consumers" 0 "pending" 0 "last-delivered-id" "2-0" "entries-read" 1 "lag" 0]]
