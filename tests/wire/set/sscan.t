oracle
a> SSCAN s 0
a< ["0" []]
a> SADD s a b c
a< 3
a> SSCAN s 0
a< ["0" ~unordered ["a" "b" "c"]]
a> SSCAN s 0 MATCH [ab]
a< ["0" ~unordered ["a" "b"]]
a> SSCAN s 0 match * count 100
a< ["0" ~unordered ["a" "b" "c"]]
a> SSCAN s 0 COUNT 100 MATCH x*
a< ["0" []]
a> SADD i 1 2 10
a< 3
a> SSCAN i 0 COUNT 1
a< ["0" ["1" "2" "10"]]
a> SSCAN i 0 MATCH 1*
a< ["0" ["1" "10"]]
# errors
a> SSCAN s x
a< (error) ERR invalid cursor
a> SSCAN s 0 COUNT x
a< (error) ERR value is not an integer or out of range
a> SSCAN s 0 COUNT 0
a< (error) ERR syntax error
a> SSCAN s 0 COUNT
a< (error) ERR syntax error
a> SSCAN s 0 MATCH
a< (error) ERR syntax error
a> SSCAN s 0 NOVALUES
a< (error) ERR syntax error
a> SSCAN none 0 what ever
a< ["0" []]
a> SSCAN s
a< (error) ERR wrong number of arguments for 'sscan' command
a> SET k v
a< OK
a> SSCAN k 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SSCAN k 0 COUNT 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SSCAN k x
a< (error) ERR invalid cursor
