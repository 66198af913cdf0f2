# what one pipeline appends in a row reaches who only reads in one reply
b> XREAD BLOCK 0 STREAMS s $
blocked b
raw a "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n1-0\r\n$1\r\nf\r\n$1\r\na\r\n*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n2-0\r\n$1\r\nf\r\n$1\r\nb\r\n*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n3-0\r\n$1\r\nf\r\n$1\r\nc\r\n"
a< "1-0"
a< "2-0"
a< "3-0"
b< [["s" [["1-0" ["f" "a"]] ["2-0" ["f" "b"]] ["3-0" ["f" "c"]]]]]
# who limits it gets so many
b> XREAD BLOCK 0 COUNT 2 STREAMS s $
blocked b
raw a "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n4-0\r\n$1\r\nf\r\n$1\r\na\r\n*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n5-0\r\n$1\r\nf\r\n$1\r\nb\r\n*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n6-0\r\n$1\r\nf\r\n$1\r\nc\r\n"
a< "4-0"
a< "5-0"
a< "6-0"
b< [["s" [["4-0" ["f" "a"]] ["5-0" ["f" "b"]]]]]
# a trim, a deletion or anything else in between does not take from readers what they waited for
b> XREAD BLOCK 0 STREAMS s $
blocked b
raw a "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n7-0\r\n$1\r\nf\r\n$1\r\na\r\n*7\r\n$4\r\nXADD\r\n$1\r\ns\r\n$6\r\nMAXLEN\r\n$1\r\n1\r\n$3\r\n8-0\r\n$1\r\nf\r\n$1\r\nb\r\n"
a< "7-0"
a< "8-0"
b< [["s" [["7-0" ["f" "a"]]]]]
b> XREAD BLOCK 0 STREAMS s $
blocked b
raw a "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$3\r\n9-0\r\n$1\r\nf\r\n$1\r\na\r\n*3\r\n$4\r\nXDEL\r\n$1\r\ns\r\n$3\r\n9-0\r\n"
a< "9-0"
a< 1
b< [["s" [["9-0" ["f" "a"]]]]]
# the next append need not be done
b> XREAD BLOCK 0 STREAMS s $
blocked b
raw a "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$4\r\n10-0\r\n$1\r\nf\r\n$1\r\na\r\n*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$4\r\n10-0\r\n$1\r\nf\r\n$1\r\nb\r\n"
a< "10-0"
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
b< [["s" [["10-0" ["f" "a"]]]]]
# nor even run: what follows it finds the readers served
b> XREAD BLOCK 0 STREAMS q $
blocked b
raw a "*5\r\n$4\r\nXADD\r\n$1\r\nq\r\n$3\r\n1-0\r\n$1\r\nf\r\n$1\r\na\r\n*3\r\n$4\r\nXADD\r\n$1\r\nq\r\n$3\r\n2-0\r\n*2\r\n$3\r\nDEL\r\n$1\r\nq\r\n"
a< "1-0"
a< (error) ERR wrong number of arguments for 'xadd' command
a< 1
b< [["q" [["1-0" ["f" "a"]]]]]
# in another stream they are two
b> XREAD BLOCK 0 STREAMS s t $ $
blocked b
raw a "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$4\r\n11-0\r\n$1\r\nf\r\n$1\r\na\r\n*5\r\n$4\r\nXADD\r\n$1\r\nt\r\n$3\r\n1-0\r\n$1\r\nf\r\n$1\r\nb\r\n"
a< "11-0"
a< "1-0"
b< [["s" [["11-0" ["f" "a"]]]]]
# a group's consumers share them: one for each that waits
a> XGROUP CREATE s g $
a< OK
b> XREADGROUP GROUP g b BLOCK 0 STREAMS s >
blocked b
c> XREADGROUP GROUP g c BLOCK 0 STREAMS s >
blocked c
d> XREAD BLOCK 0 STREAMS s $
blocked d
raw a "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$4\r\n12-0\r\n$1\r\nf\r\n$1\r\na\r\n*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$4\r\n13-0\r\n$1\r\nf\r\n$1\r\nb\r\n"
a< "12-0"
a< "13-0"
b< [["s" [["12-0" ["f" "a"]]]]]
c< [["s" [["13-0" ["f" "b"]]]]]
d< [["s" [["12-0" ["f" "a"]]]]]
