oracle
a> HVALS h
a< []
a> HSET h a 1 b 2
a< 2
a> HVALS h
a< ["1" "2"]
resp3 b
b> HVALS h
b< ["1" "2"]
b> HVALS nokey
b< []
# the large form has an order of its own
a> CONFIG SET hash-max-listpack-entries 1
a< OK
a> HSET h c 3
a< 1
a> OBJECT ENCODING h
a< "hashtable"
a> HVALS h
a< ~unordered ["1" "2" "3"]
a> HVALS h x
a< (error) ERR wrong number of arguments for 'hvals' command
a> SET s x
a< OK
a> HVALS s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
