oracle
# numbers
a> SORT none
a< []
a> RPUSH l 3 1 2 10 -5
a< 5
a> SORT l
a< ["-5" "1" "2" "3" "10"]
a> SORT l DESC
a< ["10" "3" "2" "1" "-5"]
a> SORT l desc asc
a< ["-5" "1" "2" "3" "10"]
a> SORT l ALPHA
a< ["-5" "1" "10" "2" "3"]
a> SORT l ALPHA DESC
a< ["3" "2" "10" "1" "-5"]
a> RPUSH f 1.5 1e2 0x10 inf -inf "" " 7"
a< 7
a> SORT f
a< ["-inf" "" "1.5" " 7" "0x10" "1e2" "inf"]
# words
a> RPUSH w b a c
a< 3
a> SORT w ALPHA
a< ["a" "b" "c"]
a> SORT w ALPHA DESC
a< ["c" "b" "a"]
a> SORT w
a< (error) ERR One or more scores can't be converted into double
a> RPUSH al z a B b A
a< 5
a> SORT al ALPHA
a< ["A" "B" "a" "b" "z"]
# LIMIT: an offset below 0 is 0, a count below 0 is all
a> SORT l LIMIT 1 2
a< ["1" "2"]
a> SORT l LIMIT -1 2
a< ["-5" "1"]
a> SORT l LIMIT 1 -1
a< ["1" "2" "3" "10"]
a> SORT l LIMIT 10 1
a< []
a> SORT l LIMIT 2 100
a< ["2" "3" "10"]
a> SORT l LIMIT 0 0
a< []
a> SORT l LIMIT 0 9223372036854775807
a< ["-5" "1" "2" "3" "10"]
a> SORT l LIMIT 9223372036854775807 9223372036854775807
a< []
a> SORT l LIMIT 0 1 LIMIT 1 1
a< ["1"]
# BY and GET
a> MSET w_a 3 w_b 2 w_c 1 o_a oa o_b ob
a< OK
a> SORT w BY w_*
a< ["c" "b" "a"]
a> SORT w BY w_* DESC
a< ["a" "b" "c"]
a> SORT w BY w_* GET o_*
a< [nil "ob" "oa"]
a> SORT w BY w_* GET # GET o_*
a< ["c" nil "b" "ob" "a" "oa"]
a> SORT w BY none_*
a< ["a" "b" "c"]
a> SORT w BY none_* DESC
a< ["c" "b" "a"]
a> SORT w BY o_* ALPHA
a< ["c" "a" "b"]
a> SORT w BY o_*
a< (error) ERR One or more scores can't be converted into double
a> SORT w GET none ALPHA
a< [nil nil nil]
# BY and GET of hash fields; an empty field is part of the key
a> HSET h_a f 1 g ga
a< 2
a> HSET h_b f 5
a< 1
a> HSET h_c f 3
a< 1
a> SORT w BY h_*->f
a< ["a" "c" "b"]
a> SORT w BY h_*->f GET h_*->g GET #
a< ["ga" "a" nil "c" nil "b"]
a> SORT w BY h_*->none
a< ["a" "b" "c"]
a> SORT w BY w_*->f
a< ["a" "b" "c"]
a> SORT w GET h_* ALPHA
a< [nil nil nil]
a> SORT w BY h_*-> GET h_*->
a< [nil nil nil]
a> SORT w GET h_*->f->g ALPHA
a< [nil nil nil]
# no '*': no order at all, but for DESC of lists and sorted sets
a> SORT w BY nosort
a< ["b" "a" "c"]
a> SORT w BY nosort DESC
a< ["c" "a" "b"]
a> SORT w BY nosort LIMIT 1 1
a< ["a"]
a> SORT w BY nosort GET # GET o_*
a< ["b" "ob" "a" "oa" "c" nil]
a> SORT w BY # ALPHA
a< ["b" "a" "c"]
a> SORT w BY w_* BY nosort
a< ["b" "a" "c"]
a> ZADD z 3 a 2 b 1 c
a< 3
a> SORT z BY nosort
a< ["c" "b" "a"]
a> SORT z BY nosort DESC
a< ["a" "b" "c"]
a> SORT z BY nosort LIMIT 1 1
a< ["b"]
a> SORT z BY nosort DESC LIMIT 1 -1
a< ["b" "c"]
a> SORT z BY nosort LIMIT 5 5
a< []
a> SORT z ALPHA
a< ["a" "b" "c"]
a> SORT z ALPHA DESC LIMIT 0 1
a< ["c"]
# STORE: what is missing is stored as nothing
a> SORT w BY w_* STORE d
a< 3
a> TYPE d
a< list
a> LRANGE d 0 -1
a< ["c" "b" "a"]
a> SORT w BY w_* GET o_* STORE d
a< 3
a> LRANGE d 0 -1
a< ["" "ob" "oa"]
a> EXPIRE d 100
a< 1
a> SORT l STORE d
a< 5
a> TTL d
a< -1
a> SORT none STORE d
a< 0
a> EXISTS d
a< 0
a> SORT l LIMIT 0 0 STORE d
a< 0
a> SET d string
a< OK
a> SORT l LIMIT 0 2 STORE d
a< 2
a> LRANGE d 0 -1
a< ["-5" "1"]
a> SORT l STORE l
a< 5
a> LRANGE l 0 -1
a< ["-5" "1" "2" "3" "10"]
a> SORT l STORE x STORE y
a< 5
a> EXISTS x y
a< 1
# sets; stored without an order they are ordered all the same
a> SADD s 3 1 2
a< 3
a> SORT s
a< ["1" "2" "3"]
a> SORT s DESC LIMIT 0 1
a< ["3"]
a> SADD s2 x y z aa bb cc
a< 6
a> SORT s2 BY nosort STORE d LIMIT 1 2
a< 2
a> LRANGE d 0 -1
a< ["bb" "cc"]
a> SORT s2
a< (error) ERR One or more scores can't be converted into double
# equal weights: by element for numbers, as they are for words
a> RPUSH dup 1 1 2 2 3
a< 5
a> MSET p_1 z p_2 a p_3 z
a< OK
a> SORT dup BY p_* ALPHA
a< ["2" "2" "1" "1" "3"]
a> SORT dup BY p_* ALPHA DESC
a< ["1" "1" "3" "2" "2"]
a> MSET q_1 0 q_2 0 q_3 0
a< OK
a> SORT dup BY q_* DESC
a< ["3" "2" "2" "1" "1"]
# errors
a> SORT l LIMIT x 1
a< (error) ERR value is not an integer or out of range
a> SORT l LIMIT 1 x
a< (error) ERR value is not an integer or out of range
a> SORT l LIMIT 1
a< (error) ERR syntax error
a> SORT l BY
a< (error) ERR syntax error
a> SORT l GET
a< (error) ERR syntax error
a> SORT l STORE
a< (error) ERR syntax error
a> SORT l FOO
a< (error) ERR syntax error
a> SORT none FOO
a< (error) ERR syntax error
a> RPUSH n nan 1
a< 2
a> SORT n
a< (error) ERR One or more scores can't be converted into double
a> SORT n STORE d
a< (error) ERR One or more scores can't be converted into double
a> LRANGE d 0 -1
a< ["bb" "cc"]
a> RPUSH sp "1 " 2
a< 2
a> SORT sp
a< (error) ERR One or more scores can't be converted into double
a> SET k v
a< OK
a> SORT k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SORT k FOO
a< (error) ERR syntax error
a> SORT k STORE d
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SORT h_a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SORT
a< (error) ERR wrong number of arguments for 'sort' command
# its keys
a> COMMAND GETKEYS SORT l BY x* GET y* STORE d
a< ["l" "d"]
a> COMMAND GETKEYS SORT l STORE a STORE b
a< ["l" "b"]
a> COMMAND GETKEYS SORT l LIMIT 0 STORE x y
a< ["l"]
a> COMMAND GETKEYS SORT l BY store GET store
a< ["l"]
