oracle
# Scripts inside of MULTI, and WATCH.
a> multi
a< OK
a> eval "redis.call('set','k',ARGV[1]) return redis.call('get','k')" 0 x
a< QUEUED
a> evalsha 0000000000000000000000000000000000000000 0
a< QUEUED
a> get k
a< QUEUED
a> exec
a< ["x" (error) "NOSCRIPT No matching script. Please use EVAL." "x"]
a> watch k
a< OK
a> eval "return redis.call('set','k','y')" 0
a< OK
a> multi
a< OK
a> get k
a< QUEUED
a> exec
a< nil-array
a> watch k
a< OK
a> eval "return redis.call('get','k')" 0
a< "y"
a> multi
a< OK
a> get k
a< QUEUED
a> exec
a< ["y"]
a> select 1
a< OK
a> eval "redis.call('select',2) redis.call('set','two','2') return redis.call('dbsize')" 0
a< 1
a> dbsize
a< 0
a> select 2
a< OK
a> dbsize
a< 1
a> select 0
a< OK
a> config set maxmemory 1
a< OK
a> eval "return redis.call('set','a','b')" 0
a< (error) OOM command not allowed when used memory > 'maxmemory'. script: ff967d0ae0e68b4f9e360fa91c54598bc25ad9b6, on @user_script:1.
a> eval "return redis.call('get','k')" 0
a< "y"
a> eval "redis.call('del','k') return redis.call('set','a','b')" 0
a< OK
a> eval "#!lua\nreturn 1" 0
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> eval "#!lua flags=allow-oom\nreturn redis.call('set','a','b')" 0
a< OK
a> eval "#!lua flags=no-writes\nreturn 1" 0
a< 1
a> function load "#!lua name=oom\nredis.register_function('f', function() end)"
a< (error) OOM command not allowed when used memory > 'maxmemory'.
a> config set maxmemory 0
a< OK
a> FUNCTION FLUSH
a< OK
