oracle
a> SORT_RO none
a< []
a> RPUSH l 3 1 2 10 -5
a< 5
a> SORT_RO l
a< ["-5" "1" "2" "3" "10"]
a> SORT_RO l DESC LIMIT 1 2
a< ["3" "2"]
a> SORT_RO l ALPHA ASC
a< ["-5" "1" "10" "2" "3"]
a> MSET w_1 5 w_2 4 w_3 3 w_10 2 w_-5 1
a< OK
a> SORT_RO l BY w_* GET # GET w_*
a< ["-5" "1" "10" "2" "3" "3" "2" "4" "1" "5"]
a> SORT_RO l BY nosort LIMIT 0 2
a< ["3" "1"]
a> HSET h_1 f 9
a< 1
a> SORT_RO l BY h_*->f
a< ["-5" "10" "2" "3" "1"]
a> SADD s b a
a< 2
a> SORT_RO s ALPHA
a< ["a" "b"]
a> ZADD z 2 a 1 b
a< 2
a> SORT_RO z BY nosort DESC
a< ["a" "b"]
# it stores nothing
a> SORT_RO l STORE d
a< (error) ERR syntax error
a> EXISTS d
a< 0
# errors
a> SORT_RO l LIMIT x 1
a< (error) ERR value is not an integer or out of range
a> SORT_RO l BY
a< (error) ERR syntax error
a> SORT_RO s
a< (error) ERR One or more scores can't be converted into double
a> SET k v
a< OK
a> SORT_RO k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SORT_RO
a< (error) ERR wrong number of arguments for 'sort_ro' command
a> COMMAND GETKEYS SORT_RO l BY x*
a< ["l"]
