# Times of fields and what else happens to keys.
a> HSETEX h PX 100000 FIELDS 2 a 1 b 2
a< 1
a> INFO keyspace
a< <str>
a> RENAME h g
a< OK
a> HTTL g FIELDS 1 a
a< [100]
a> COPY g h
a< 1
a> HTTL h FIELDS 1 a
a< [<int>]
a> MOVE h 1
a< 1
a> SELECT 1
a< OK
a> HTTL h FIELDS 2 a b
a< [<int> <int>]
# the key's own expiry is another matter
a> PEXPIRE h 200000
a< 1
a> HPEXPIRE h 20 FIELDS 1 a
a< [1]
wait 5000 HLEN g -> 2
a> HLEN h
a< *
a> SELECT 0
a< OK
# both forms, moved and left alone until their time comes
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSETEX t PX 50 FIELDS 3 a 1 b 2 c 3
a< 1
a> HSETEX g PX 50 FIELDS 2 a 1 b 2
a< 1
a> RENAME t u
a< OK
wait 5000 EXISTS u g -> 0
a> DBSIZE
a< 0
