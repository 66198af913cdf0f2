# Redis 8.6: the same entry is not added twice.
a> XADD s IDMP p i1 * f a
a< $x=<id>
a> XADD s IDMP p i1 * f a
a< $x
# what is asked for is the pair, not the fields
a> XADD s IDMP p i1 * g b h c
a< $x
a> XADD s idmp p i1 MAXLEN 0 * f a
a< $x
a> XADD s NOMKSTREAM IDMP p i1 * f a
a< $x
a> XLEN s
a< 1
# another producer, another pair, another stream
a> XADD s IDMP q i1 * f a
a< $y=<id>
a> XADD s IDMP p I1 * f a
a< $z=<id>
a> XADD t IDMP p i1 * f a
a< <id>
a> XRANGE s - +
a< [[$x ["f" "a"]] [$y ["f" "a"]] [$z ["f" "a"]]]
a> XLEN t
a< 1
# any byte
a> XADD s IDMP "p\x00" "\r\n" * f a
a< $b=<id>
a> XADD s IDMP "p\x00" "\r\n" * f a
a< $b
a> XLEN s
a< 4
# the entry need not be there any longer
a> XDEL s $x
a< 1
a> XADD s IDMP p i1 * f a
a< $x
a> XLEN s
a< 3
a> XTRIM s MAXLEN 0
a< 3
a> XADD s IDMP q i1 * f a
a< $y
a> XLEN s
a< 0
a> XINFO STREAM s
a< ["length" 0 "radix-tree-keys" <int> "radix-tree-nodes" <int> "last-generated-id" $b "max-deleted-entry-id" $x "entries-added" 4 "recorded-first-entry-id" "0-0" "idmp-duration" 100 "idmp-maxsize" 100 "pids-tracked" 3 "iids-tracked" 4 "iids-added" 4 "iids-duplicates" 7 "groups" 0 "first-entry" nil "last-entry" nil]
restart
# IDMPAUTO: the fields decide, in whatever order
a> XADD s IDMPAUTO p * a 1 b 2
a< $x=<id>
a> XADD s IDMPAUTO p * b 2 a 1
a< $x
a> XADD s IDMPAUTO p * a 1 b 2
a< $x
a> XLEN s
a< 1
a> XADD s IDMPAUTO p * a 2 b 1
a< <id>
a> XADD s IDMPAUTO p * a1 "" b2 ""
a< <id>
a> XADD s IDMPAUTO p * "" a1 "" b2
a< <id>
a> XADD s IDMPAUTO p * a 1
a< <id>
a> XADD s IDMPAUTO p * a 1 a 1
a< <id>
a> XADD s IDMPAUTO p * a 1 a 1 a 1
a< <id>
a> XADD s IDMPAUTO q * a 1 b 2
a< <id>
a> XLEN s
a< 8
restart
# the oldest of one producer goes first
a> XADD s IDMP p i0 * f a
a< <id>
a> XCFGSET s IDMP-MAXSIZE 2
a< OK
a> XADD s IDMP p i1 * f a
a< $x=<id>
a> XADD s IDMP p i2 * f a
a< $y=<id>
a> XADD s IDMP q i1 * f a
a< $q=<id>
a> XADD s IDMP p i1 * f a
a< $x
a> XADD s IDMP p i3 * f a
a< $z=<id>
a> XADD s IDMP p i2 * f a
a< $y
a> XADD s IDMP p i3 * f a
a< $z
a> XADD s IDMP q i1 * f a
a< $q
a> XLEN s
a< 5
a> XADD s IDMP p i1 * f a
a< <id>
a> XLEN s
a< 6
a> XADD s IDMP p i2 * f a
a< <id>
a> XLEN s
a< 7
restart
# a key that is missing is made, or not
a> XADD s NOMKSTREAM IDMP p i * f a
a< nil
a> EXISTS s
a< 0
a> XADD s IDMP p i MAXLEN 0 * f a
a< $x=<id>
a> XLEN s
a< 0
a> XADD s IDMP p i MAXLEN 0 * f a
a< $x
# a new stream at the key knows nothing of the old one
a> DEL s
a< 1
a> XADD s IDMP p i * f a
a< <id>
a> XLEN s
a< 1
# the pair is looked up before the last possible ID stops all
a> XADD s IDMP p j * f a
a< $j=<id>
a> XADD s 18446744073709551615-18446744073709551615 f a
a< "18446744073709551615-18446744073709551615"
a> XADD s IDMP p j * f a
a< $j
a> XADD s IDMP p k * f a
a< (error) ERR The stream has exhausted the last possible ID, unable to add more items
# a duplicate wakes nobody
a> XADD t IDMP p i * f a
a< $t=<id>
b> XREAD BLOCK 0 STREAMS t $
blocked b
a> XADD t IDMP p i * f a
a< $t
b< (nothing)
a> XADD t IDMP p j * f b
a< $u=<id>
b< [["t" [[$u ["f" "b"]]]]]
