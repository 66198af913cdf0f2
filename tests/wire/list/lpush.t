oracle
# LPUSH, RPUSH, LPUSHX, RPUSHX
a> LPUSH k a
a< 1
a> LPUSH k b c
a< 3
a> RPUSH k d e
a< 5
a> LRANGE k 0 -1
a< ["c" "b" "a" "d" "e"]
a> TYPE k
a< list
a> LPUSHX k x y
a< 7
a> RPUSHX k z
a< 8
a> LRANGE k 0 -1
a< ["y" "x" "c" "b" "a" "d" "e" "z"]
a> LPUSHX none a
a< 0
a> RPUSHX none a b
a< 0
a> EXISTS none
a< 0
# bytes, numbers and nothing come back as they were
a> RPUSH b "" "\x00\xff\r\n" 0 -1 007 9223372036854775807 -9223372036854775808 9223372036854775808 +1 1.0
a< 10
a> LRANGE b 0 -1
a< ["" "\x00\xff\x0d\x0a" "0" "-1" "007" "9223372036854775807" "-9223372036854775808" "9223372036854775808" "+1" "1.0"]
a> SET s v
a< OK
a> LPUSH s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPUSH s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LPUSHX s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> RPUSHX s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LPUSH k
a< (error) ERR wrong number of arguments for 'lpush' command
a> RPUSH k
a< (error) ERR wrong number of arguments for 'rpush' command
a> LPUSHX k
a< (error) ERR wrong number of arguments for 'lpushx' command
a> RPUSHX k
a< (error) ERR wrong number of arguments for 'rpushx' command
a> EXPIRE k 100
a< 1
a> LPUSH k more
a< 9
a> TTL k
a< 100
