oracle
# Codes are the first words of errors; what would end the name in INFO is replaced.
a> CONFIG RESETSTAT
a< OK
a> SET k v
a< OK
a> LPUSH k x
a< (error) WRONGTYPE...
a> NOSUCH
a< (error) ERR unknown command...
a> EVAL "return redis.error_reply('MY:OWN#CODE x')" 0
a< (error) MY:OWN#CODE x
a> EVAL "return redis.error_reply('TWO\\r\\nLINES x')" 0
a< (error) TWO...
a> INFO errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\nerrorstat_MY_OWN_CODE:count=1\r\nerrorstat_TWO:count=1\r\nerrorstat_WRONGTYPE:count=1\r\n"
