oracle
# BLPOP and BRPOP: what is there is taken at once
a> RPUSH k a b c
a< 3
a> BLPOP k 0
a< ["k" "a"]
a> BRPOP k 0
a< ["k" "c"]
a> BLPOP none k 1
a< ["k" "b"]
a> EXISTS k
a< 0
# the first of the keys with something
a> RPUSH j 1 2
a< 2
a> RPUSH k 3
a< 1
a> BRPOP none k j 0
a< ["k" "3"]
a> BRPOP none k j 0
a< ["j" "2"]
# on timeout
a> BLPOP none 0.01
a< nil-array
a> BRPOP none none2 0.01
a< nil-array
resp3 c
c> BLPOP none 0.01
c< nil
c> BRPOP none 0.01
c< nil
# waiting, first come, first served
b> BLPOP q 0
blocked b
d> BRPOP q 0
blocked d
a> RPUSH q a b c
a< 3
b< ["q" "a"]
d< ["q" "c"]
a> LRANGE q 0 -1
a< ["b"]
a> DEL q
a< 1
# each of one push; the last gets nothing
b> BLPOP q 0
blocked b
d> BLPOP q 0
blocked d
e> BLPOP q 0
blocked e
a> LPUSH q 1 2
a< 2
b< ["q" "2"]
d< ["q" "1"]
e< (nothing)
a> RPUSH q 3
a< 1
e< ["q" "3"]
a> EXISTS q
a< 0
# at several keys
b> BLPOP x y z 0
blocked b
a> RPUSH y 1
a< 1
b< ["y" "1"]
a> EXISTS y
a< 0
b> BRPOP x x 0
blocked b
a> RPUSH x 1 2
a< 2
b< ["x" "2"]
a> DEL x
a< 1
# a key that is something else does not wake, nor end the waiting
b> BLPOP q 0
blocked b
a> SET q v
a< OK
b< (nothing)
a> DEL q
a< 1
a> RPUSH q v
a< 1
b< ["q" "v"]
# a list that comes by another way
b> BLPOP q 0
blocked b
a> RPUSH p 1
a< 1
a> RENAME p q
a< OK
b< ["q" "1"]
# errors
a> BLPOP k -1
a< (error) ERR timeout is negative
a> BLPOP k x
a< (error) ERR timeout is not a float or out of range
a> BRPOP k nan
a< (error) ERR timeout is not a float or out of range
only ours
a> BLPOP k inf
a< (error) ERR timeout is out of range
a> BLPOP k 9223372036854775807
a< (error) ERR timeout is out of range
a> BLPOP k 9223372036854775.807
a< (error) ERR timeout is out of range
end
a> BRPOP k -0.5
a< (error) ERR timeout is negative
a> SET s v
a< OK
a> BLPOP s 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BLPOP none s 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BRPOP s k 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> BLPOP k
a< (error) ERR wrong number of arguments for 'blpop' command
a> BRPOP 0
a< (error) ERR wrong number of arguments for 'brpop' command
