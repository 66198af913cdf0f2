oracle
a> SMEMBERS s
a< []
a> SADD s 3 1 2
a< 3
a> SMEMBERS s
a< ["1" "2" "3"]
a> SADD s x
a< 1
a> SMEMBERS s
a< ~unordered ["1" "2" "3" "x"]
resp3 b
b> SMEMBERS s
b< ~["1" "2" "3" "x"]
b> SMEMBERS none
b< ~[]
a> SMEMBERS
a< (error) ERR wrong number of arguments for 'smembers' command
a> SMEMBERS s s
a< (error) ERR wrong number of arguments for 'smembers' command
a> SET k v
a< OK
a> SMEMBERS k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
