oracle
a> HSETNX h a 1
a< 1
a> HSETNX h a 2
a< 0
a> HSETNX h b 2
a< 1
a> HGETALL h
a< ["a" "1" "b" "2"]
a> HSETNX h a
a< (error) ERR wrong number of arguments for 'hsetnx' command
a> SET s x
a< OK
a> HSETNX s a 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
