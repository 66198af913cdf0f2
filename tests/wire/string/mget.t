oracle
a> SET a 1
a< OK
a> SET b two
a< OK
a> XADD l 1-1 f v
a< "1-1"
a> MGET a b
a< ["1" "two"]
a> MGET a none l b a
a< ["1" (nil) (nil) "two" "1"]
a> MGET none
a< [(nil)]
a> MGET
a< (error) ERR wrong number of arguments for 'mget' command
