oracle
a> HGETALL h
a< []
a> HSET h a 1 b 2
a< 2
a> HGETALL h
a< ["a" "1" "b" "2"]
resp3 b
b> HGETALL h
b< {"a" "1" "b" "2"}
b> HGETALL nokey
b< {}
# the large form has an order of its own
a> CONFIG SET hash-max-listpack-entries 1
a< OK
a> HSET h c 3
a< 1
a> OBJECT ENCODING h
a< "hashtable"
a> HGETALL h
a< ~unordered ["a" "1" "b" "2" "c" "3"]
a> HGETALL h x
a< (error) ERR wrong number of arguments for 'hgetall' command
a> SET s x
a< OK
a> HGETALL s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
