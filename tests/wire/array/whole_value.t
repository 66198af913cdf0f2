# What the commands for keys of any type do with an array: elements and cursor go along.
a> ARINSERT k a 1.25 "more than seven bytes"
a< 2
a> COPY k l
a< 1
a> ARINSERT l d
a< 3
a> ARCOUNT k
a< 3
a> RENAME l m
a< OK
a> ARSCAN m 0 9
a< [[0 "a"] [1 "1.25"] [2 "more than seven bytes"] [3 "d"]]
a> DUMP m
a< $payload=<str>
a> RESTORE n 0 $payload
a< OK
a> ARNEXT n
a< 4
a> ARGETRANGE n 0 4
a< ["a" "1.25" "more than seven bytes" "d" nil]
a> MULTI
a< OK
a> ARINSERT n e
a< QUEUED
a> ARLEN n
a< QUEUED
a> EXEC
a< [4 5]
a> SCAN 0 TYPE array COUNT 100
a< ["0" ~unordered ["k" "m" "n"]]
a> UNLINK k m n
a< 3
