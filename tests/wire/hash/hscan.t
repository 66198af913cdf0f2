oracle
a> HSCAN h 0
a< ["0" []]
a> HSET h a 1 b 2 ab 3
a< 3
# a small hash comes in one go, whatever COUNT says
a> HSCAN h 0
a< ["0" ["a" "1" "b" "2" "ab" "3"]]
a> HSCAN h 0 COUNT 1
a< ["0" ["a" "1" "b" "2" "ab" "3"]]
a> HSCAN h 0 MATCH a*
a< ["0" ["a" "1" "ab" "3"]]
a> HSCAN h 0 MATCH * COUNT 100
a< ["0" ["a" "1" "b" "2" "ab" "3"]]
a> HSCAN h 0 MATCH x*
a< ["0" []]
only ours
a> HSCAN h 0 NOVALUES
a< ["0" ["a" "b" "ab"]]
a> HSCAN h 0 NOVALUES MATCH a?
a< ["0" ["ab"]]
end
# a large one
a> CONFIG SET hash-max-listpack-entries 2
a< OK
a> HSET h c 4
a< 1
a> HSCAN h 0 COUNT 1000
a< ["0" ~unordered ["a" "1" "b" "2" "ab" "3" "c" "4"]]
# errors
a> HSCAN h x
a< (error) ERR invalid cursor
only ours
a> HSCAN h -1
a< (error) ERR invalid cursor
end
a> HSCAN h 0 COUNT x
a< (error) ERR value is not an integer or out of range
a> HSCAN h 0 COUNT 0
a< (error) ERR syntax error
a> HSCAN h 0 COUNT
a< (error) ERR syntax error
a> HSCAN h 0 TYPE hash
a< (error) ERR syntax error
a> HSCAN h 0 WHAT
a< (error) ERR syntax error
a> HSCAN h
a< (error) ERR wrong number of arguments for 'hscan' command
# a missing key has nothing to say about options
a> HSCAN nokey 0 WHAT
a< ["0" []]
a> HSCAN nokey x
a< (error) ERR invalid cursor
a> SET s x
a< OK
a> HSCAN s 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HSCAN s x
a< (error) ERR invalid cursor
