oracle
a> PFSELFTEST
a< OK
a> PFSELFTEST now
a< (error) ERR wrong number of arguments for 'pfselftest' command
