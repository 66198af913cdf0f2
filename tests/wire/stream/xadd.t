oracle
# IDs, given in whole or in part
a> XADD s 0-* a 1
a< "0-1"
a> XADD s 0-* a 1
a< "0-2"
a> XADD s 5 a 1
a< "5-0"
a> XADD s 5-* a 1
a< "5-1"
a> XADD s 4-* a 1
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s 5-1 a 1
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s 5 a 1
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s 007-05 a 1
a< "7-5"
a> XADD s 7-* a 1
a< "7-6"
a> XADD s 9-* a 1
a< "9-0"
a> XLEN s
a< 7
a> TYPE s
a< stream
a> OBJECT ENCODING s
a< "stream"
# the ID of a deleted entry is not given again
a> XDEL s 9-0
a< 1
a> XADD s 9-0 a 1
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD s 9-* a 1
a< "9-1"
# the clock is behind the newest entry: the sequence counts on, and carries
a> XADD t 9000000000000-7 a 1
a< "9000000000000-7"
a> XADD t * a 1
a< "9000000000000-8"
a> XADD t 9000000000000-18446744073709551615 a 1
a< "9000000000000-18446744073709551615"
a> XADD t * a 1
a< "9000000000001-0"
# the clock gives the ID
a> XADD u * a 1
a< $x=<id>
a> XADD u $x a 1
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XADD u * a 2
a< $y=<id>
a> XRANGE u - +
a< [[$x ["a" "1"]] [$y ["a" "2"]]]
# NOMKSTREAM
a> XADD v NOMKSTREAM 1-0 a 1
a< nil
a> EXISTS v
a< 0
a> XADD v 1-0 a 1
a< "1-0"
a> XADD v NOMKSTREAM 2-0 a 1
a< "2-0"
a> XADD v nomkstream 3-0 a 1
a< "3-0"
a> XADD w NOMKSTREAM * a 1
a< nil
# fields repeat, keep their order, and hold any byte
a> XADD f 1-0 b 2 a 1 b 3 "" ""
a< "1-0"
a> XADD f 2-0 "\x00\r\n\xff" "\x80\x00"
a< "2-0"
a> XADD f 3-0 MAXLEN 3
a< "3-0"
a> XADD f 4-0 * *
a< "4-0"
a> XRANGE f - +
a< [["1-0" ["b" "2" "a" "1" "b" "3" "" ""]] ["2-0" ["\x00\r\n\xff" "\x80\x00"]] ["3-0" ["MAXLEN" "3"]] ["4-0" ["*" "*"]]]
# the same fields, other fields, the same fields again
a> XADD g 1-0 a 1 b 2
a< "1-0"
a> XADD g 2-0 a 3 b 4
a< "2-0"
a> XADD g 3-0 c 5
a< "3-0"
a> XADD g 4-0 a 6 b 7
a< "4-0"
a> XADD g 5-0 b 8 a 9
a< "5-0"
a> XADD g 6-0 a 1 b 2 c 3
a< "6-0"
a> XRANGE g - +
a< [["1-0" ["a" "1" "b" "2"]] ["2-0" ["a" "3" "b" "4"]] ["3-0" ["c" "5"]] ["4-0" ["a" "6" "b" "7"]] ["5-0" ["b" "8" "a" "9"]] ["6-0" ["a" "1" "b" "2" "c" "3"]]]
# the last ID there is
a> XADD e 18446744073709551615-18446744073709551615 a 1
a< "18446744073709551615-18446744073709551615"
a> XADD e * a 1
a< (error) ERR The stream has exhausted the last possible ID, unable to add more items
a> XADD e 1-0 a 1
a< (error) ERR The stream has exhausted the last possible ID, unable to add more items
a> XADD e 18446744073709551615-* a 1
a< (error) ERR The stream has exhausted the last possible ID, unable to add more items
a> XADD e NOMKSTREAM * a 1
a< (error) ERR The stream has exhausted the last possible ID, unable to add more items
a> XLEN e
a< 1
# the sequence of one millisecond is used up
a> XADD q 1-18446744073709551615 a 1
a< "1-18446744073709551615"
a> XADD q 2-* a 1
a< "2-0"
only ours
a> XADD r 1-18446744073709551615 a 1
a< "1-18446744073709551615"
a> XADD r 1-* a 1
a< (error) ERR The ID specified in XADD is equal or smaller than the target stream top item
a> XLEN r
a< 1
# what became of the entries shows in XINFO
a> XADD n 1-0 a 1
a< "1-0"
a> XDEL n 1-0
a< 1
a> XADD n MAXLEN 0 6-0 a 1
a< "6-0"
a> XINFO STREAM n
a< ["length" 0 "radix-tree-keys" <int> "radix-tree-nodes" <int> "last-generated-id" "6-0" "max-deleted-entry-id" "1-0" "entries-added" 2 "recorded-first-entry-id" "0-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 0 "iids-tracked" 0 "iids-added" 0 "iids-duplicates" 0 "groups" 0 "first-entry" nil "last-entry" nil]
end
resp3 a
a> XADD none NOMKSTREAM * a 1
a< nil
a> XADD z 1-0 a 1
a< "1-0"
