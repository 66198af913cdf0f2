# The first of a group takes up to its COUNT, the next one what is left.
a> XGROUP CREATE s g $ MKSTREAM
a< OK
b> XREADGROUP GROUP g bob COUNT 1 BLOCK 0 STREAMS s >
blocked b
c> XREADGROUP GROUP g cid COUNT 1 BLOCK 0 STREAMS s >
blocked c
a> XADD s 1-0 f a
a< "1-0"
b< [["s" [["1-0" ["f" "a"]]]]]
c< (nothing)
a> XADD s 2-0 f b
a< "2-0"
c< [["s" [["2-0" ["f" "b"]]]]]
a> XPENDING s g
a< [2 "1-0" "2-0" [["bob" "1"] ["cid" "1"]]]
# the deadline is that of the first attempt
b> XREADGROUP GROUP g bob BLOCK 150 STREAMS s t > >
b< (error) NOGROUP No such key 't' or consumer group 'g' in XREADGROUP with GROUP option
b> XREADGROUP GROUP g bob BLOCK 60 STREAMS s >
b< nil-array
b> XREADGROUP GROUP g bob BLOCK 0 STREAMS s >
blocked b
# setting the group back wakes
a> XGROUP SETID s g 1-0
a< OK
b< [["s" [["2-0" ["f" "b"]]]]]
# group destroyed
b> XREADGROUP GROUP g bob BLOCK 0 STREAMS s >
blocked b
a> XGROUP DESTROY s g
a< 1
b< (error) NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option
# key deleted
a> XGROUP CREATE s g $
a< OK
b> XREADGROUP GROUP g bob BLOCK 0 STREAMS s >
blocked b
a> DEL s
a< 1
b< (error) NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option
# key of another type
a> XGROUP CREATE s g $ MKSTREAM
a< OK
b> XREADGROUP GROUP g bob BLOCK 0 STREAMS s >
blocked b
a> SET s text
a< OK
b< (error) WRONGTYPE Operation against a key holding the wrong kind of value
# a released entry wakes who claims
a> DEL s
a< 1
a> XADD s 1-0 f a
a< "1-0"
a> XGROUP CREATE s g 0
a< OK
a> XREADGROUP GROUP g ann STREAMS s >
a< [["s" [["1-0" ["f" "a"]]]]]
b> XREADGROUP GROUP g bob BLOCK 0 CLAIM 3600000 STREAMS s >
blocked b
a> XNACK s g FAIL IDS 1 1-0
a< 1
b< [["s" [["1-0" ["f" "a"] <int> 1]]]]
# time alone makes it claimable
b> XREADGROUP GROUP g bob BLOCK 0 CLAIM 50 STREAMS s >
b< [["s" [["1-0" ["f" "a"] <int> 2]]]]
