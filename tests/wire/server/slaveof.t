oracle
# SLAVEOF is REPLICAOF by its old name
a> SLAVEOF 127.0.0.1
a< (error) ERR wrong number of arguments for 'slaveof' command
a> SLAVEOF localhost -1
a< (error) ERR Invalid master port
a> SLAVEOF 127.0.0.1 1
a< OK
a> SLAVEOF 127.0.0.1 1
a< OK Already connected to specified master
a> CONFIG GET slaveof
a< ["slaveof" "127.0.0.1 1"]
a> SET k v
a< (error) READONLY You can't write against a read only replica.
a> SLAVEOF no one
a< OK
a> SLAVEOF no one
a< OK
a> SET k v
a< OK
