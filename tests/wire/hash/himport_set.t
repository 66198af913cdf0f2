a> HIMPORT PREPARE f a b
a< OK
a> HIMPORT SET h f 1 2
a< OK
a> HGETALL h
a< ["a" "1" "b" "2"]
# a hash that is there is replaced as a whole, with its expiry
a> HSET h old 1
a< 1
a> EXPIRE h 100
a< 1
a> HEXPIRE h 100 FIELDS 1 a
a< [1]
a> HIMPORT SET h f 3 4
a< OK
a> HGETALL h
a< ["a" "3" "b" "4"]
a> TTL h
a< -1
a> HTTL h FIELDS 1 a
a< [-1]
a> OBJECT ENCODING h
a< "listpack"
a> CONFIG SET hash-max-listpack-entries 1
a< OK
a> HIMPORT SET h f 5 6
a< OK
a> OBJECT ENCODING h
a< "hashtable"
a> HMGET h a b
a< ["5" "6"]
# errors, the key's type first
a> HIMPORT SET h f 1
a< (error) ERR value count does not match fieldset field count
a> HIMPORT SET h f 1 2 3
a< (error) ERR value count does not match fieldset field count
a> HIMPORT SET h none 1 2
a< (error) ERR no such fieldset
a> HIMPORT SET h f
a< (error) ERR wrong number of arguments for 'himport|set' command
a> SET s x
a< OK
a> HIMPORT SET s none 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HIMPORT SET s f 1 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GET s
a< "x"
