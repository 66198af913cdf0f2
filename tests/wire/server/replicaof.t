oracle
# REPLICAOF: who is followed, and what that means to clients; nobody listens at port 1
a> REPLICAOF
a< (error) ERR wrong number of arguments for 'replicaof' command
a> REPLICAOF 127.0.0.1
a< (error) ERR wrong number of arguments for 'replicaof' command
a> REPLICAOF 127.0.0.1 x
a< (error) ERR Invalid master port
a> REPLICAOF 127.0.0.1 65536
a< (error) ERR Invalid master port
a> REPLICAOF NO ONE
a< OK
a> SET k v
a< OK
a> CONFIG GET replicaof
a< ["replicaof" ""]

# as a replica
b> BLPOP list 0
blocked b
a> REPLICAOF 127.0.0.1 1
a< OK
b< (error) UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)
closed b
a> REPLICAOF 127.0.0.1 1
a< OK Already connected to specified master
a> CONFIG GET replicaof
a< ["replicaof" "127.0.0.1 1"]
a> GET k
a< "v"
a> SET k w
a< (error) READONLY You can't write against a read only replica.
a> EVAL "return redis.call('get', 'k')" 0
a< "v"
a> EVAL "return redis.call('set', 'k', 'w')" 0
a< (error) READONLY You can't write against a read only replica. script: ...
a> EVAL "#!lua\nreturn 1" 0
a< (error) READONLY You can't write against a read only replica.
a> MULTI
a< OK
a> DEL k
a< (error) READONLY You can't write against a read only replica.
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.

# a writable one
a> CONFIG SET replica-read-only no
a< OK
a> SET k w
a< OK
a> CONFIG SET replica-read-only yes
a< OK

# old data is shown only if it may be
a> CONFIG SET replica-serve-stale-data no
a< OK
a> GET k
a< (error) MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.
a> EVAL "return 1" 0
a< (error) MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.
a> EVAL "#!lua flags=no-writes\nreturn 1" 0
a< (error) MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.
a> EVAL "#!lua flags=no-writes,allow-stale\nreturn redis.pcall('get', 'k')" 0
a< (error) ERR Can not execute the command on a stale replica...
a> PING
a< (error) MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.
a> CONFIG GET replica-serve-stale-data
a< ["replica-serve-stale-data" "no"]
a> CONFIG SET replica-serve-stale-data yes
a< OK

# within MULTI, as a sentinel sends it; and back
a> MULTI
a< OK
a> REPLICAOF NO ONE
a< QUEUED
a> CONFIG GET replicaof
a< QUEUED
a> CLIENT KILL TYPE pubsub
a< QUEUED
a> EXEC
a< [OK ["replicaof" ""] 0]
a> SET k x
a< OK
a> EVAL "return redis.call('replicaof', 'no', 'one')" 0
a< (error) ERR This Redis command is not allowed from script...
