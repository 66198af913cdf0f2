oracle
a> ZADD z 1 a 2.5 b inf c
a< 3
a> ZSCAN z 0
a< ["0" ["a" "1" "b" "2.5" "c" "inf"]]
a> ZSCAN z 0 MATCH [ab]
a< ["0" ["a" "1" "b" "2.5"]]
a> ZSCAN z 0 COUNT 1
a< ["0" ["a" "1" "b" "2.5" "c" "inf"]]
a> ZSCAN z 0 MATCH * COUNT 100
a< ["0" ["a" "1" "b" "2.5" "c" "inf"]]
a> ZSCAN z 7
a< ["0" ["a" "1" "b" "2.5" "c" "inf"]]
a> ZSCAN none 0
a< ["0" []]
resp3 c
c> ZSCAN z 0
c< ["0" ["a" "1" "b" "2.5" "c" "inf"]]
c> ZSCAN none 0
c< ["0" []]
a> ZSCAN z x
a< (error) ERR invalid cursor
a> ZSCAN z 0 COUNT 0
a< (error) ERR syntax error
a> ZSCAN z 0 COUNT x
a< (error) ERR value is not an integer or out of range
a> ZSCAN z 0 MATCH
a< (error) ERR syntax error
a> ZSCAN z 0 nonsense
a< (error) ERR syntax error
# a missing key's options are not looked at
a> ZSCAN none 0 nonsense
a< ["0" []]
a> SET text x
a< OK
a> ZSCAN text 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZSCAN text x
a< (error) ERR invalid cursor
a> ZSCAN z
a< (error) ERR wrong number of arguments for 'zscan' command
only ours
a> ZSCAN z 0 NOVALUES
a< (error) ERR NOVALUES option can only be used in HSCAN
end
