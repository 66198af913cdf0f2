oracle
a> HKEYS h
a< []
a> HSET h a 1 b 2
a< 2
a> HKEYS h
a< ["a" "b"]
resp3 b
b> HKEYS h
b< ["a" "b"]
b> HKEYS nokey
b< []
# the large form has an order of its own
a> CONFIG SET hash-max-listpack-entries 1
a< OK
a> HSET h c 3
a< 1
a> OBJECT ENCODING h
a< "hashtable"
a> HKEYS h
a< ~unordered ["a" "b" "c"]
a> HKEYS h x
a< (error) ERR wrong number of arguments for 'hkeys' command
a> SET s x
a< OK
a> HKEYS s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
