oracle
a> SADD s a
a< 1
a> SADD s a b a c
a< 2
a> SADD s a b c
a< 0
a> SMEMBERS s
a< ~unordered ["a" "b" "c"]
a> SADD s "" "\x00\xff"
a< 2
a> SISMEMBER s ""
a< 1
a> TYPE s
a< set
# integers are members by their text
a> SADD i 1 2 -3 01 +1 1.0
a< 6
a> SISMEMBER i 01
a< 1
a> SISMEMBER i 001
a< 0
a> SADD i 9223372036854775807 -9223372036854775808 9223372036854775808
a< 3
a> SMEMBERS i
a< ~unordered ["1" "2" "-3" "01" "+1" "1.0" "9223372036854775807" "-9223372036854775808" "9223372036854775808"]
# a set keeps its time
a> EXPIRE s 100
a< 1
a> SADD s d
a< 1
a> PERSIST s
a< 1
# errors
a> SADD s
a< (error) ERR wrong number of arguments for 'sadd' command
a> SET k v
a< OK
a> SADD k a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GET k
a< "v"
