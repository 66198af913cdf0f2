oracle
a> LINSERT k BEFORE a b
a< 0
a> RPUSH k a b c b
a< 4
a> LINSERT k BEFORE b x
a< 5
a> LINSERT k AFTER b y
a< 6
a> linsert k after b z
a< 7
a> LINSERT k before a first
a< 8
a> LRANGE k 0 -1
a< ["first" "a" "x" "b" "z" "y" "c" "b"]
a> LINSERT k AFTER none q
a< -1
a> RPUSH n 1 2 3
a< 3
a> LINSERT n AFTER 3 4
a< 4
a> LINSERT n BEFORE 2 1.5
a< 5
a> LRANGE n 0 -1
a< ["1" "1.5" "2" "3" "4"]
a> LINSERT k BESIDE a b
a< (error) ERR syntax error
a> LINSERT none BESIDE a b
a< (error) ERR syntax error
a> SET s v
a< OK
a> LINSERT s BEFORE a b
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> LINSERT s BESIDE a b
a< (error) ERR syntax error
a> LINSERT k BEFORE a
a< (error) ERR wrong number of arguments for 'linsert' command
