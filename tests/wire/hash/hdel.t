oracle
a> HDEL h a
a< 0
a> HSET h a 1 b 2 c 3
a< 3
a> HDEL h a x a
a< 1
a> HGETALL h
a< ["b" "2" "c" "3"]
# the last field takes the key with it
a> HDEL h b c d
a< 2
a> EXISTS h
a< 0
a> HDEL h
a< (error) ERR wrong number of arguments for 'hdel' command
a> SET s x
a< OK
a> HDEL s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
# large ones too
a> CONFIG SET hash-max-listpack-entries 0
a< OK
a> HSET t a 1 b 2
a< 2
a> OBJECT ENCODING t
a< "hashtable"
a> HDEL t a
a< 1
a> HDEL t a b
a< 1
a> EXISTS t
a< 0
