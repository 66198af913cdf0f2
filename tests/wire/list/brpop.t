oracle
b> BRPOP k j 0
blocked b
a> RPUSH j 1 2
a< 2
b< ["j" "2"]
a> LRANGE j 0 -1
a< ["1"]
a> BRPOP k j 0
a< ["j" "1"]
a> BRPOP k j 0.01
a< nil-array
# a waiter that goes leaves its place to the next
b> BRPOP q 0
blocked b
d> BRPOP q 0
blocked d
close b
a> LPUSH q x
a< 1
d< ["q" "x"]
# CLIENT UNBLOCK: as on timeout, or an error
b> CLIENT ID
b< $id=<int>
b> BRPOP q 0
blocked b
a> CLIENT UNBLOCK $id
a< 1
b< nil-array
b> BRPOP q 0
blocked b
a> CLIENT UNBLOCK $id ERROR
a< 1
b< (error) UNBLOCKED client unblocked via CLIENT UNBLOCK
a> BRPOP q x
a< (error) ERR timeout is not a float or out of range
a> BRPOP q
a< (error) ERR wrong number of arguments for 'brpop' command
