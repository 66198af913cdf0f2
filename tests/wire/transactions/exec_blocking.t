oracle
# Inside a transaction nothing waits: commands answer as on timeout.
a> XGROUP CREATE s g $ MKSTREAM
a< OK
a> MULTI
a< OK
a> XREAD BLOCK 0 STREAMS s $
a< QUEUED
a> XREADGROUP GROUP g c BLOCK 0 STREAMS s >
a< QUEUED
a> BLPOP l 0
a< QUEUED
a> BLMOVE l m LEFT RIGHT 0
a< QUEUED
a> BZPOPMIN z 0
a< QUEUED
a> EXEC
a< [nil-array nil-array nil-array nil nil-array]
# What a transaction adds serves those who wait, after it and in its end state.
b> BLPOP l 0
blocked b
a> MULTI
a< OK
a> RPUSH l one two
a< QUEUED
a> LLEN l
a< QUEUED
a> LPOP l
a< QUEUED
a> EXEC
a< [2 2 "one"]
b< ["l" "two"]
b> BLPOP l 0
blocked b
a> MULTI
a< OK
a> RPUSH l x
a< QUEUED
a> DEL l
a< QUEUED
a> EXEC
a< [1 1]
b< (nothing)
a> RPUSH l y
a< 1
b< ["l" "y"]
b> XREADGROUP GROUP g c BLOCK 0 STREAMS s >
blocked b
c> XREAD BLOCK 0 STREAMS s $
blocked c
a> MULTI
a< OK
a> XADD s 1-1 f v
a< QUEUED
a> XADD s 2-1 f w
a< QUEUED
a> EXEC
a< ["1-1" "2-1"]
b< [["s" [["1-1" ["f" "v"]] ["2-1" ["f" "w"]]]]]
c< [["s" [["1-1" ["f" "v"]] ["2-1" ["f" "w"]]]]]
