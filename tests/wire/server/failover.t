oracle
# FAILOVER: what it refuses. tests/replication/failover_command.py and failover_history.py switch.
a> FAILOVER
a< (error) ERR FAILOVER requires connected replicas.
a> FAILOVER ABORT
a< (error) ERR No failover in progress.
a> FAILOVER NOW
a< (error) ERR syntax error
a> FAILOVER ABORT TIMEOUT 5
a< (error) ERR syntax error
a> FAILOVER TIMEOUT 5 ABORT
a< (error) ERR syntax error
a> FAILOVER TIMEOUT
a< (error) ERR syntax error
a> FAILOVER TIMEOUT x
a< (error) ERR value is not an integer or out of range
a> FAILOVER TIMEOUT 9223372036854775808
a< (error) ERR value is not an integer or out of range
a> FAILOVER TIMEOUT 0
a< (error) ERR FAILOVER timeout must be greater than 0
a> FAILOVER TIMEOUT -1
a< (error) ERR FAILOVER timeout must be greater than 0
a> FAILOVER TIMEOUT 1 TIMEOUT 2
a< (error) ERR syntax error
a> FAILOVER TO
a< (error) ERR syntax error
a> FAILOVER TO host
a< (error) ERR syntax error
a> FAILOVER TO host port
a< (error) ERR value is not an integer or out of range
a> FAILOVER TO host 1 TO host 2
a< (error) ERR syntax error
a> FAILOVER FORCE FORCE
a< (error) ERR syntax error
a> FAILOVER FORCE
a< (error) ERR FAILOVER requires connected replicas.
a> failover timeout 5 force to host 70000
a< (error) ERR FAILOVER requires connected replicas.
a> EVAL "return redis.call('failover')" 0
a< (error) ERR This Redis command is not allowed from script script: ...
a> PSYNC 0123456789012345678901234567890123456789 1 FAILOVER
a< (error) ERR PSYNC FAILOVER can't be sent to a master.

# on a replica
a> REPLICAOF 127.0.0.1 1
a< OK
a> FAILOVER
a< (error) ERR FAILOVER is not valid when server is a replica.
a> FAILOVER TO 127.0.0.1 1 FORCE
a< (error) ERR FAILOVER is not valid when server is a replica.
a> FAILOVER ABORT
a< (error) ERR No failover in progress.
a> PSYNC 0123456789012345678901234567890123456789 1 FAILOVER
a< (error) ERR PSYNC FAILOVER replid must match my replid.
a> REPLICAOF NO ONE
a< OK
