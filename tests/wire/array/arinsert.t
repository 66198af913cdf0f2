# ARINSERT: after what was inserted last, whatever is there.
a> ARINSERT k a
a< 0
a> ARINSERT k b c
a< 2
a> ARDEL k 2
a< 1
a> ARINSERT k d
a< 3
a> ARGETRANGE k 0 3
a< ["a" "b" nil "d"]
# ARSET does not move the cursor: an array of ARSET's starts at 0.
a> ARSET s 0 x y
a< 2
a> ARINSERT s z
a< 0
a> ARGETRANGE s 0 1
a< ["z" "y"]
a> ARSEEK s 18446744073709551614
a< 1
a> ARINSERT s p q
a< (error) ERR insert index overflow
a> ARINSERT s p
a< "18446744073709551614"
a> ARINSERT s q
a< (error) ERR insert index overflow
a> SET t v
a< OK
a> ARINSERT t v
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ARINSERT k
a< (error) ERR wrong number of arguments for 'arinsert' command
# The cursor goes with the key.
a> DEL k
a< 1
a> ARINSERT k a
a< 0
