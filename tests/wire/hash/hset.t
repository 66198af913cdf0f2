oracle
# how many fields are new
a> HSET h a 1 b 2
a< 2
a> HSET h a 3 c 4
a< 1
a> HSET h a 5 a 6
a< 0
a> HGETALL h
a< ["a" "6" "b" "2" "c" "4"]
# any bytes, and nothing at all
a> HSET bin "\x00\xff" "\r\n" "" ""
a< 2
a> HGET bin "\x00\xff"
a< "\r\n"
a> HGET bin ""
a< ""
# numbers come back as they were written
a> HSET num a 007 b -0 c 12345678901234567890 d -1
a< 4
a> HMGET num a b c d
a< ["007" "-0" "12345678901234567890" "-1"]
# few and short fields are packed
a> OBJECT ENCODING h
a< "listpack"
a> HSET long f "0123456789012345678901234567890123456789012345678901234567890123"
a< 1
a> OBJECT ENCODING long
a< "listpack"
a> HSET long f "01234567890123456789012345678901234567890123456789012345678901234"
a< 0
a> OBJECT ENCODING long
a< "hashtable"
a> CONFIG SET hash-max-listpack-entries 3
a< OK
a> HSET many a 1 b 2 c 3
a< 3
a> OBJECT ENCODING many
a< "listpack"
a> HSET many d 4
a< 1
a> OBJECT ENCODING many
a< "hashtable"
# errors
a> HSET h a
a< (error) ERR wrong number of arguments for 'hset' command
a> HSET h a 1 b
a< (error) ERR wrong number of arguments for 'hset' command
a> SET s x
a< OK
a> HSET s a 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HSET s a 1 b
a< (error) ERR wrong number of arguments for 'hset' command
restart
# the key keeps its expiry
a> HSET h a 1
a< 1
a> PEXPIREAT h 9999999999999
a< 1
a> HSET h a 2
a< 0
a> PEXPIRETIME h
a< 9999999999999
a> TYPE h
a< hash
