oracle
a> ZADD z 1 a 2 b 2 c 3 d inf e -inf f
a< 6
a> ZCOUNT z -inf +inf
a< 6
a> ZCOUNT z 2 3
a< 3
a> ZCOUNT z (2 3
a< 1
a> ZCOUNT z 2 (3
a< 2
a> ZCOUNT z (2 (3
a< 0
a> ZCOUNT z (-inf (inf
a< 4
a> ZCOUNT z 3 2
a< 0
a> ZCOUNT z (2 2
a< 0
a> ZCOUNT z 10 20
a< 0
a> ZCOUNT none 1 2
a< 0
a> ZCOUNT z bad 2
a< (error) ERR min or max is not a float
a> ZCOUNT z 1 nan
a< (error) ERR min or max is not a float
a> ZCOUNT z [1 2
a< (error) ERR min or max is not a float
a> SET text x
a< OK
a> ZCOUNT text 1 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZCOUNT text bad 2
a< (error) ERR min or max is not a float
a> ZCOUNT z 1
a< (error) ERR wrong number of arguments for 'zcount' command
