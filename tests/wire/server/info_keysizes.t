# How many keys are how large: those of 2^n to 2^(n+1) - 1 bytes or items are one figure.
a> INFO keysizes
a< "# Keysizes\r\n"
a> SET empty ""
a< OK
a> SET one x
a< OK
a> SET seven 1234567
a< OK
a> SETRANGE large 2047 x
a< 2048
a> RPUSH list 1 2 3
a< 3
a> SADD set 1 2 3 4
a< 4
a> ZADD zset 1 a
a< 1
a> HSET hash a 1 b 2
a< 2
a> XADD stream 1-1 f v
a< "1-1"
a> INFO keysizes
a< "# Keysizes\r\ndb0_distrib_strings_sizes:0=1,1=1,4=1,2K=1\r\ndb0_distrib_lists_items:2=1\r\ndb0_distrib_sets_items:4=1\r\ndb0_distrib_zsets_items:1=1\r\ndb0_distrib_hashes_items:2=1\r\ndb0_distrib_streams_items:1=1\r\n"
restart
# The memory of lists and their like as well, if that is asked for.
a> CONFIG SET key-memory-histograms yes
a< OK
a> SELECT 3
a< OK
a> SADD set 1
a< 1
a> INFO keysizes
a< <str>
