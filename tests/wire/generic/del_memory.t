oracle
# What a large value took is there for who asks next, wherever it is freed.
a> EVAL "for i = 1, 150000 do redis.call('HSET', KEYS[1], i, string.rep('x', 64)) end" 1 h
a< nil
a> CONFIG SET maxmemory 12mb
a< OK
a> SET k 1
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> DEL h
a< 1
a> SET k 1
a< OK
# Nothing else is evicted for it.
a> CONFIG SET maxmemory 0
a< OK
a> EVAL "for i = 1, 150000 do redis.call('HSET', KEYS[1], i, string.rep('x', 64)) end" 1 h
a< nil
a> CONFIG SET maxmemory-policy allkeys-random
a< OK
a> MULTI
a< OK
a> DEL h
a< QUEUED
a> CONFIG SET maxmemory 12mb
a< QUEUED
a> EXEC
a< [1 OK]
a> SET l 1
a< OK
a> MGET k l
a< ["1" "1"]
a> CONFIG SET maxmemory 0
a< OK
a> CONFIG SET maxmemory-policy noeviction
a< OK
