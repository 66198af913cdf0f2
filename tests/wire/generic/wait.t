# WAIT without replicas. tests/replication has some.
oracle
a> WAIT 0 0
a< 0
a> WAIT -1 0
a< 0
a> WAIT 1 1
a< 0
a> SET k v
a< OK
a> WAIT 1 1
a< 0
a> WAIT x 1
a< (error) ERR value is not an integer or out of range
a> WAIT 1 x
a< (error) ERR timeout is not an integer or out of range
a> WAIT 1 -1
a< (error) ERR timeout is negative
a> WAIT 1
a< (error) ERR wrong number of arguments for 'wait' command
# Where nothing may wait it says what there is.
a> MULTI
a< OK
a> WAIT 1 0
a< QUEUED
a> EXEC
a< [0]
only ours
a> EVAL "return redis.call('WAIT', 1, 0)" 0
a< 0
end
# It can be unblocked, as any other that waits.
a> CLIENT ID
a< $id=<int>
a> WAIT 1 0
blocked a
b> CLIENT UNBLOCK $id
b< 1
a< 0
a> WAIT 1 0
blocked a
b> CLIENT UNBLOCK $id ERROR
b< 1
a< (error) UNBLOCKED client unblocked via CLIENT UNBLOCK
# What was sent behind it waits too.
a> WAIT 1 0
a> PING
blocked a
a< (nothing)
b> CLIENT UNBLOCK $id TIMEOUT
b< 1
a< 0
a< PONG
# Who goes is not waited for.
c> WAIT 1 0
blocked c
close c
