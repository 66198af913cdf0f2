# Words that look like options are no way around a key's pattern
a> ACL SETUSER u on nopass +@all ~ok ~store ~streams ~keys
a< OK
a> RPUSH ok 3 1 2
a< 3
a> GEOADD store 1 1 m
a< 1
a> XADD secret 1-1 f v
a< "1-1"
b> AUTH u x
b< OK
b> SORT ok STORE ok STORE secret
b< (error) NOPERM No permissions to access a key
b> SORT ok BY store STORE secret
b< (error) NOPERM No permissions to access a key
b> SORT ok LIMIT 0 1 STORE store
b< 1
b> DEL store
b< 1
a> GEOADD store 1 1 m
a< 1
b> GEORADIUS store 1 1 1 m STORE ok STOREDIST secret
b< (error) NOPERM No permissions to access a key
b> GEORADIUS store 1 1 1 m COUNT 1 STORE secret
b< (error) NOPERM No permissions to access a key
b> GEORADIUSBYMEMBER store store 1 m STORE secret
b< (error) NOPERM No permissions to access a key
b> XREAD COUNT 1 STREAMS streams secret 0 0
b< (error) NOPERM No permissions to access a key
b> XREADGROUP GROUP STREAMS c STREAMS secret >
b< (error) NOPERM No permissions to access a key
b> XREADGROUP GROUP g STREAMS STREAMS secret >
b< (error) NOPERM No permissions to access a key
b> MIGRATE keys 1 "" 0 1 AUTH keys KEYS ok secret
b< (error) NOPERM No permissions to access a key
b> MIGRATE 127.0.0.1 1 "" 0 1 AUTH2 keys ok KEYS secret
b< (error) NOPERM No permissions to access a key
b> COPY ok secret
b< (error) NOPERM No permissions to access a key
b> LCS ok secret
b< (error) NOPERM No permissions to access a key
b> EVAL "return redis.call('xlen', 'secret')" 1 ok
b< (error) NOPERM ACL failure in script: No permissions to access a key...
b> EVAL "return redis.call('sort', 'ok', 'get', 'secret')" 1 ok
b< (error) ERR GET option of SORT denied due to insufficient ACL permissions....
b> MSETEX 2 ok 1 secret 2
b< (error) NOPERM No permissions to access a key
a> ACL DELUSER u
a< 1
