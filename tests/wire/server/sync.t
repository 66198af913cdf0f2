# SYNC: as PSYNC, without a position.
a> SYNC
a< (error) ERR only replicas that say 'REPLCONF capa millstream' can follow this server: its stream has records of its own
a> SYNC x
a< (error) ERR wrong number of arguments for 'sync' command
a> EVAL "return redis.call('SYNC')" 0
a< (error) ERR This Redis command is not allowed from script...
