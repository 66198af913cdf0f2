# `+` (Redis 7.4), MAXCOUNT and MAXSIZE (8.10), and IDMP, when the client blocks.
b> XREAD BLOCK 0 STREAMS s +
blocked b
a> XADD s 1-0 f a
a< "1-0"
b< [["s" [["1-0" ["f" "a"]]]]]
b> XREAD BLOCK 0 STREAMS s +
b< [["s" [["1-0" ["f" "a"]]]]]
# empty, not missing
a> XDEL s 1-0
a< 1
b> XREAD BLOCK 0 COUNT 5 STREAMS t s + +
blocked b
a> XADD s 2-0 f b
a< "2-0"
b< [["s" [["2-0" ["f" "b"]]]]]
b> XREAD BLOCK 50 STREAMS none +
b< nil-array
# `+` and `$` together
a> XDEL s 2-0
a< 1
b> XREAD BLOCK 0 STREAMS t s $ +
blocked b
a> XADD t 1-0 f t
a< "1-0"
b< [["t" [["1-0" ["f" "t"]]]]]
# limits hold for what comes later too
b> XREAD BLOCK 0 MAXCOUNT 1 STREAMS s t $ $
blocked b
c> XREAD BLOCK 0 MAXSIZE 1 STREAMS t s $ $
blocked c
a> XADD t 2-0 f u
a< "2-0"
b< [["t" [["2-0" ["f" "u"]]]]]
c< [["t" [["2-0" ["f" "u"]]]]]
# a key that arrives with several entries at once
a> XADD x 1-0 f a
a< "1-0"
a> XADD x 2-0 f b
a< "2-0"
a> XADD x 3-0 f c
a< "3-0"
b> XREAD BLOCK 0 MAXCOUNT 2 STREAMS y 0
blocked b
c> XREAD BLOCK 0 MAXSIZE 1 STREAMS y 0
blocked c
d> XREAD BLOCK 0 STREAMS y +
blocked d
a> RENAME x y
a< OK
b< [["y" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]]]]]
c< [["y" [["1-0" ["f" "a"]]]]]
d< [["y" [["3-0" ["f" "c"]]]]]
# a client unblocked by an entry that came with IDMP
b> XREAD BLOCK 0 STREAMS z $
blocked b
a> XADD z IDMPAUTO p * f a
a< $id=<id>
b< [["z" [[$id ["f" "a"]]]]]
# errors do not block
b> XREAD BLOCK 0 COUNT 2 MAXCOUNT 1 STREAMS s $
b< (error) ERR MAXCOUNT must be greater than or equal to COUNT
b> XREAD BLOCK 0 STREAMS s t $
b< (error) ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.
resp3 b
b> XREAD BLOCK 0 MAXCOUNT 1 STREAMS none y + 3-0
blocked b
a> XADD y 4-0 f d
a< "4-0"
b< {"y" [["4-0" ["f" "d"]]]}
