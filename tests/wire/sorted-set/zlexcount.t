oracle
a> ZADD z 0 a 0 b 0 c 0 d 0 ""
a< 5
a> ZLEXCOUNT z - +
a< 5
a> ZLEXCOUNT z [b [c
a< 2
a> ZLEXCOUNT z (b [c
a< 1
a> ZLEXCOUNT z [b (c
a< 1
a> ZLEXCOUNT z (b (c
a< 0
a> ZLEXCOUNT z + -
a< 0
a> ZLEXCOUNT z [ [a
a< 2
a> ZLEXCOUNT z ( [a
a< 1
a> ZLEXCOUNT z [bb +
a< 2
a> ZLEXCOUNT none - +
a< 0
a> ZLEXCOUNT z b [c
a< (error) ERR min or max not valid string range item
a> ZLEXCOUNT z [b c
a< (error) ERR min or max not valid string range item
a> ZLEXCOUNT z "" +
a< (error) ERR min or max not valid string range item
a> ZLEXCOUNT z -a +
a< (error) ERR min or max not valid string range item
a> SET text x
a< OK
a> ZLEXCOUNT text - +
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZLEXCOUNT text x +
a< (error) ERR min or max not valid string range item
a> ZLEXCOUNT z -
a< (error) ERR wrong number of arguments for 'zlexcount' command
