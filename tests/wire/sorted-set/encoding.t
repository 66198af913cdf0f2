oracle
config zset-max-listpack-entries 4
config zset-max-listpack-value 8
# small until a limit is passed, and large from then on
a> ZADD z 1 a 2 b 3 c 4 d
a< 4
a> OBJECT ENCODING z
a< "listpack"
a> ZADD z 5 a
a< 0
a> OBJECT ENCODING z
a< "listpack"
a> ZADD z 6 e
a< 1
a> OBJECT ENCODING z
a< "skiplist"
a> ZREM z e d c
a< 3
a> OBJECT ENCODING z
a< "skiplist"
a> ZRANGE z 0 -1 WITHSCORES
a< ["b" "2" "a" "5"]
a> ZADD v 1 12345678
a< 1
a> OBJECT ENCODING v
a< "listpack"
a> ZADD v 1 123456789
a< 1
a> OBJECT ENCODING v
a< "skiplist"
# results are small if they fit
a> ZADD big 1 a 2 b 3 c 4 d 5 e 6 f
a< 6
a> ZUNIONSTORE d 1 big
a< 6
a> OBJECT ENCODING d
a< "skiplist"
a> ZRANGESTORE d big 0 3
a< 4
a> OBJECT ENCODING d
a< "listpack"
a> ZDIFFSTORE d 2 big z
a< 4
a> OBJECT ENCODING d
a< "listpack"
a> ZINTERSTORE d 2 big z
a< 2
a> OBJECT ENCODING d
a< "listpack"
a> COPY big copy
a< 1
a> OBJECT ENCODING copy
a< "skiplist"
a> ZRANGE copy 0 -1 WITHSCORES
a< ["a" "1" "b" "2" "c" "3" "d" "4" "e" "5" "f" "6"]
# ranges in a large one
a> ZRANGE big 1 3
a< ["b" "c" "d"]
a> ZRANGE big (2 5 BYSCORE REV
a< []
a> ZREVRANK big b
a< 4
a> ZCOUNT big 2 4
a< 3
a> ZPOPMAX big 2
a< ["f" "6" "e" "5"]
a> ZREMRANGEBYSCORE big 2 3
a< 2
a> ZSCORE big d
a< "4"
