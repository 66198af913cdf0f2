oracle
# `$` is the end of the stream at the time of the call
a> XADD s 1-0 f a
a< "1-0"
b> XREAD BLOCK 0 STREAMS s $
blocked b
a> XADD s 2-0 f b
a< "2-0"
b< [["s" [["2-0" ["f" "b"]]]]]
# one entry is for everybody who waits below it
b> XREAD BLOCK 0 STREAMS s $
blocked b
c> XREAD BLOCK 0 COUNT 1 STREAMS s 2-0
blocked c
d> XREAD BLOCK 0 STREAMS s 4-0
blocked d
a> XADD s 3-0 f c
a< "3-0"
b< [["s" [["3-0" ["f" "c"]]]]]
c< [["s" [["3-0" ["f" "c"]]]]]
d< (nothing)
a> XADD s 4-0 f d
a< "4-0"
d< (nothing)
a> XADD s 5-0 f e
a< "5-0"
d< [["s" [["5-0" ["f" "e"]]]]]
# several keys: one that is missing, one that has nothing
b> XREAD BLOCK 0 STREAMS none s t $ $ 0
blocked b
a> XADD t 1-0 f t
a< "1-0"
b< [["t" [["1-0" ["f" "t"]]]]]
b> XREAD BLOCK 0 STREAMS none s t $ $ $
blocked b
a> XADD other 1-0 f a
a< "1-0"
b< (nothing)
a> XADD none 1-0 f n
a< "1-0"
b< [["none" [["1-0" ["f" "n"]]]]]
# after that it no longer waits on the others
a> XADD s 6-0 f f
a< "6-0"
b< (nothing)
a> XADD t 2-0 f t
a< "2-0"
b< (nothing)
# the same key twice
b> XREAD BLOCK 0 STREAMS s s $ 9-0
blocked b
a> XADD s 7-0 f g
a< "7-0"
b< [["s" [["7-0" ["f" "g"]]]]]
# the ID is past what comes
b> XREAD BLOCK 0 STREAMS s 7-1
blocked b
a> XADD s 7-1 f h
a< "7-1"
b< (nothing)
a> XADD s 7-2 f i
a< "7-2"
b< [["s" [["7-2" ["f" "i"]]]]]
only ours
# an entry that is gone at once wakes nobody
b> XREAD BLOCK 0 STREAMS s $
blocked b
a> XADD s MAXLEN 0 8-0 f j
a< "8-0"
b< (nothing)
a> XADD s 9-0 f k
a< "9-0"
b< [["s" [["9-0" ["f" "k"]]]]]
end
# deleted, replaced by another type, and back: it stays blocked
b> XREAD BLOCK 0 STREAMS s $
blocked b
a> DEL s
a< 1
b< (nothing)
a> SET s text
a< OK
b< (nothing)
a> DEL s
a< 1
# a new stream whose IDs are below what the client waits for
a> XADD s 1-0 f a
a< "1-0"
b< (nothing)
a> XADD s 10-0 f b
a< "10-0"
b< [["s" [["10-0" ["f" "b"]]]]]
# XSETID and XDEL wake nobody, nor does a write that fails
b> XREAD BLOCK 0 STREAMS s $
blocked b
a> XSETID s 20-0
a< OK
a> XDEL s 10-0
a< 1
a> XADD s 3-0 f v
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s NOMKSTREAM MAXLEN 0 LIMIT 5 * f v
a< (error) ERR syntax error, LIMIT cannot be used without the special ~ option
b< (nothing)
a> XADD s 21-0 f c
a< "21-0"
b< [["s" [["21-0" ["f" "c"]]]]]
# time runs out; what comes later is not for the client any more
b> XREAD BLOCK 50 STREAMS s none $ $
b< nil-array
a> XADD s 22-0 f d
a< "22-0"
b< (nothing)
b> XREAD BLOCK 50 COUNT 1 STREAMS s 22-0
b< nil-array
b> XREAD STREAMS s 21-0
b< [["s" [["22-0" ["f" "d"]]]]]
# commands sent while blocked wait their turn
b> XREAD BLOCK 0 STREAMS s $
blocked b
b> XLEN s
b< (nothing)
a> XADD s 23-0 f e
a< "23-0"
b< [["s" [["23-0" ["f" "e"]]]]]
b< 4
# a client that goes away while blocked is missed by nobody
c> XREAD BLOCK 0 STREAMS s $
blocked c
b> XREAD BLOCK 0 STREAMS s $
blocked b
close c
a> XADD s 24-0 f f
a< "24-0"
b< [["s" [["24-0" ["f" "f"]]]]]
# names and values of any byte
b> XREAD BLOCK 0 STREAMS "k\x00\r\n" $
blocked b
a> XADD "k\x00\r\n" 1-0 "\xff" ""
a< "1-0"
b< [["k\x00\r\n" [["1-0" ["\xff" ""]]]]]
restart
# RESP3: a map
resp3 b
b> XREAD BLOCK 0 STREAMS s t $ $
blocked b
a> XADD t 1-0 f a g b
a< "1-0"
b< {"t" [["1-0" ["f" "a" "g" "b"]]]}
b> XREAD BLOCK 50 STREAMS s t $ $
b< nil
