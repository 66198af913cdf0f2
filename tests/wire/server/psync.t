# PSYNC: who can't understand our stream is told so. tests/replication shows what others get.
a> PSYNC ? -1
a< (error) ERR only replicas that say 'REPLCONF capa millstream' can follow this server: its stream has records of its own
a> PSYNC ?
a< (error) ERR wrong number of arguments for 'psync' command
a> PSYNC ? x
a< (error) ERR value is not an integer or out of range
a> MULTI
a< OK
a> PSYNC ? -1
a< (error) ERR Command not allowed inside a transaction
a> DISCARD
a< OK
a> PING
a< PONG
