# ARSET: values side by side; how many positions were empty.
a> ARSET k 0 hello
a< 1
a> ARSET k 2 a b c
a< 3
a> ARSET k 0 x y z
a< 1
a> ARGETRANGE k 0 5
a< ["x" "y" "z" "b" "c" nil]
a> TYPE k
a< array
a> OBJECT ENCODING k
a< "sliced-array"
a> ARSET k 18446744073709551614 last
a< 1
a> ARSET k 18446744073709551614 last more
a< (error) ERR array index overflow
a> ARSET k 18446744073709551615 v
a< (error) ERR invalid array index
a> ARSET k -1 v
a< (error) ERR invalid array index
a> ARSET k 01 v
a< (error) ERR invalid array index
a> ARSET k 1.0 v
a< (error) ERR invalid array index
a> ARSET k "" v
a< (error) ERR invalid array index
a> ARSET k 0
a< (error) ERR wrong number of arguments for 'arset' command
a> SET s v
a< OK
a> ARSET s 0 v
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
# What is put in comes back byte for byte, whatever it is held as.
restart
a> ARSET k 0 007 -0 +5 "" "\x00\xff" 1.50 -3.250000000 9223372036854775807 "a longer text"
a< 9
a> ARGETRANGE k 0 8
a< ["007" "-0" "+5" "" "\x00\xff" "1.50" "-3.250000000" "9223372036854775807" "a longer text"]
