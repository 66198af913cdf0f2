# ARRING: a ring, in which new values go over the oldest ones.
a> ARRING k 3 v0
a< 0
a> ARRING k 3 v1 v2
a< 2
a> ARRING k 3 v3
a< 0
a> ARGETRANGE k 0 2
a< ["v3" "v1" "v2"]
a> ARLASTITEMS k 3
a< ["v1" "v2" "v3"]
# A larger ring: what is there is laid out from 0 on, the oldest first.
a> ARRING k 5 v4
a< 3
a> ARGETRANGE k 0 4
a< ["v1" "v2" "v3" "v4" nil]
a> ARRING k 5 v5 v6
a< 0
a> ARGETRANGE k 0 4
a< ["v6" "v2" "v3" "v4" "v5"]
# A smaller one: the newest stay.
a> ARRING k 2 v7
a< 0
a> ARGETRANGE k 0 2
a< ["v7" "v6" nil]
# More values than the ring is large: the last of them.
a> ARRING k 2 a b c d e
a< 1
a> ARLASTITEMS k 5
a< ["d" "e"]
# A hole ends what is kept.
a> DEL k
a< 1
a> ARRING k 5 a b c d e
a< 4
a> ARDEL k 2
a< 1
a> ARRING k 4 f
a< 2
a> ARGETRANGE k 0 3
a< ["d" "e" "f" nil]
# A cursor set to the beginning is obeyed by a ring that grows.
a> DEL k
a< 1
a> ARRING k 2 a b
a< 1
a> ARSEEK k 0
a< 1
a> ARRING k 4 c
a< 0
a> ARGETRANGE k 0 3
a< ["c" "b" nil nil]
a> ARRING k 0 v
a< (error) ERR size must be positive
a> ARRING k -3 v
a< (error) ERR size must be positive
a> ARRING k x v
a< (error) ERR invalid size
a> ARRING k 3
a< (error) ERR wrong number of arguments for 'arring' command
a> SET s v
a< OK
a> ARRING s 3 v
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
