oracle
# An error of a script counts once, by its own code, wherever it comes from and stands in the reply.
a> set k v
a< OK
a> config resetstat
a< OK
a> eval "return redis.call('incr', 'k')" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "return redis.pcall('incr', 'k')" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "return {redis.pcall('incr', 'k')}" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "redis.pcall('incr', 'k') return 1" 0
a< 1
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "redis.pcall('lpush', 'k', 'x') return redis.pcall('incr', 'k')" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\nerrorstat_WRONGTYPE:count=1\r\n"
a> config resetstat
a< OK
a> eval "redis.pcall('nosuch') redis.pcall('get') return 1" 0
a< 1
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=2\r\n"
a> config resetstat
a< OK
a> eval "return redis.call('multi')" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "return redis.call({})" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "redis.pcall({}) return 1" 0
a< 1
a> info errorstats
a< "# Errorstats\r\n"
a> config resetstat
a< OK
a> eval "return {err = 'FOO x'}" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_FOO:count=1\r\n"
a> config resetstat
a< OK
a> eval "return {1, {err = 'FOO x'}}" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_FOO:count=1\r\n"
a> config resetstat
a< OK
a> eval "error({err = 'FOO x'})" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_FOO:count=1\r\n"
a> config resetstat
a< OK
a> eval "error('x')" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "local e = redis.pcall('incr', 'k') return redis.error_reply(e.err)" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=2\r\n"
a> config resetstat
a< OK
a> eval "return (" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
a> config resetstat
a< OK
a> eval "return redis.call('select', 99)" 0
a< *
a> info errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
# Ends of lines within an error are blanks, those at its end are dropped.
a> eval "return {1, {err = 'FOO x\\r\\ny\\r\\n'}}" 0
a< [1 (error) "FOO x  y"]
