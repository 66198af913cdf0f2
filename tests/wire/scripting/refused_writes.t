oracle
config enable-protected-configs yes
# What scripts may write while the server refuses writes: memory is full.
a> set k v
a< OK
a> function load "#!lua name=lib\nredis.register_function('plain', function(keys) return redis.call('set', keys[1], 'y') end)\nredis.register_function{function_name = 'greedy', flags = {'allow-oom'}, callback = function(keys) return redis.call('set', keys[1], 'y') end}\nredis.register_function{function_name = 'reader', flags = {'no-writes'}, callback = function(keys) return redis.call('get', keys[1]) end}"
a< "lib"
a> config set maxmemory 1
a< OK
a> eval "return redis.call('set', 'k', 'x')" 0
a< (error) OOM command not allowed when used memory > 'maxmemory'. script: c879d0f610a7c3fd6d97d912e0c91f1e140ecfbb, on @user_script:1.
a> eval "return redis.pcall('set', 'k', 'x')" 0
a< (error) OOM command not allowed when used memory > 'maxmemory'.
# What has written already goes on, also if that took no memory.
a> eval "redis.call('del', 'k') return redis.call('set', 'k', 'x')" 0
a< OK
a> eval "return redis.call('get', 'k')" 0
a< "x"
# A first line says what the script needs, and it is refused as a whole; no-writes implies allow-oom.
a> eval "#!lua\nreturn redis.call('get', 'k')" 0
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> eval "#!lua flags=allow-oom\nreturn redis.call('set', 'k', 'y')" 0
a< OK
a> eval "#!lua flags=no-writes\nreturn redis.call('get', 'k')" 0
a< "y"
a> eval "#!lua flags=no-writes,allow-oom\nreturn redis.call('set', 'k', 'z')" 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: ef66289a703b517cd5dd50fef35e3000afbc7239, on @user_script:2.
a> eval_ro "#!lua\nreturn 1" 0
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> eval_ro "return redis.call('set', 'k', 'z')" 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: dc96c3eed82e3f23528949bf64a0f86848e4dee1, on @user_script:1.
a> fcall plain 1 k
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> fcall_ro plain 1 k
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> fcall greedy 1 k
a< OK
a> fcall_ro greedy 1 k
a< (error) ERR Can not execute a script with write flag using *_ro command.
a> fcall_ro reader 1 k
a< "y"
a> fcall reader 1 k
a< "y"
a> function load "#!lua name=other\nredis.register_function('other', function() end)"
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> script load "return 1"
a< "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"
# In a transaction it is refused when it is queued.
a> multi
a< OK
a> eval "#!lua\nreturn 1" 0
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> exec
a< (error) EXECABORT Transaction discarded because of previous errors.
a> config set maxmemory 0
a< OK
a> function flush
a< OK
restart
# The last snapshot has failed: with save points writes are refused.
a> config set dir /proc
a< OK
a> bgsave
a< *
a> config set save "3600 1000000"
a< OK
wait 10000 set k v -> (error) MISCONF Redis is configured to save RDB snapshots...
a> eval "return redis.call('set', 'k', 'x')" 0
a< (error) MISCONF Redis is configured to save RDB snapshots...
a> eval "return redis.pcall('set', 'k', 'x')" 0
a< (error) MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.
a> eval "return redis.call('publish', 'k', 'x')" 0
a< 0
a> eval "return type(redis.call('get', 'k'))" 0
a< *
a> eval "#!lua\nreturn 1" 0
a< (error) MISCONF Redis is configured to save RDB snapshots...
a> eval_ro "#!lua\nreturn 1" 0
a< (error) MISCONF Redis is configured to save RDB snapshots...
a> eval_ro "return redis.call('set', 'k', 'x')" 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: c879d0f610a7c3fd6d97d912e0c91f1e140ecfbb, on @user_script:1.
a> eval "#!lua flags=no-writes\nreturn 1" 0
a< 1
a> multi
a< OK
a> eval "#!lua\nreturn 1" 0
a< (error) MISCONF Redis is configured to save RDB snapshots...
a> exec
a< (error) EXECABORT Transaction discarded because of previous errors.
a> multi
a< OK
a> eval "return redis.pcall('set', 'k', 'x')" 0
a< QUEUED
a> exec
a< [(error) "MISCONF Redis is configured to save RDB snapshots..."]
# Without save points nobody waits for a snapshot.
a> config set save ""
a< OK
a> eval "#!lua\nreturn redis.call('set', 'k', 'x')" 0
a< OK
a> config set save "3600 1000000"
a< OK
a> config set stop-writes-on-bgsave-error no
a< OK
a> eval "#!lua\nreturn redis.call('set', 'k', 'x')" 0
a< OK
