# ARLEN: the highest index used, and one.
a> ARLEN missing
a< 0
a> ARMSET k 0 a 1000000 b
a< 2
a> ARLEN k
a< 1000001
a> ARDEL k 1000000
a< 1
a> ARLEN k
a< 1
a> ARSET k 9223372036854775806 v
a< 1
a> ARLEN k
a< 9223372036854775807
a> ARSET k 18446744073709551614 v
a< 1
a> ARLEN k
a< "18446744073709551615"
a> SET s v
a< OK
a> ARLEN s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
