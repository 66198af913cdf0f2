# What a blocked reader is served is tracked, and its change is told after it. (Redis 7.0 tracks only
# what the first attempt read.)
resp3 a
a> CLIENT TRACKING ON
a< OK
a> XREAD BLOCK 0 STREAMS s $
blocked a
b> XADD s 1-1 f v
b< "1-1"
# What the first attempt read, nothing, has changed; then comes what was waited for.
a< >["invalidate" ["s"]]
a< {"s" [["1-1" ["f" "v"]]]}
b> XADD s 2-1 f v
b< "2-1"
a< >["invalidate" ["s"]]
b> XADD s 3-1 f v
b< "3-1"
a< (nothing)
