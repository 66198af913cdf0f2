# Functions are kept by the log and by RDB files; a payload of DUMP brings them back.
a> FUNCTION LOAD "#!lua name=lib\nredis.register_function('f', function(k, a) return a[1] end)"
a< "lib"
a> DEBUG RELOAD
a< OK
a> FCALL f 0 x
a< "x"
a> FUNCTION DELETE lib
a< OK
a> FCALL f 0 x
a< (error) ERR Function not found
a> FUNCTION LOAD "#!lua name=lib\nredis.register_function('f', function(k, a) return a[1] end)"
a< "lib"
a> DEBUG LOADAOF
a< OK
a> FCALL f 0 y
a< "y"
a> FUNCTION RESTORE "\xf5\x40\x40#!lua name=two\nredis.register_function('g', function() return 2 end)" APPEND
a< (error) ERR DUMP payload version or checksum are wrong
a> FUNCTION FLUSH
a< OK
restart
# Events, caches and pauses know the calls of a script.
a> CONFIG SET notify-keyspace-events KEA
a< OK
b> SUBSCRIBE __keyevent@0__:set
b< ["subscribe" "__keyevent@0__:set" 1]
a> EVAL "redis.call('set', 'k', '1') return redis.call('incr', 'k')" 0
a< 2
b< ["message" "__keyevent@0__:set" "k"]
a> CONFIG SET notify-keyspace-events ""
a< OK
restart
a> CLIENT PAUSE 100000 WRITE
a< OK
a> EVAL "#!lua flags=no-writes\nreturn 1" 0
a< 1
b> EVAL "return redis.call('set', 'k', 'v')" 0
b< (nothing)
a> EXISTS k
a< 0
a> CLIENT UNPAUSE
a< OK
b< OK
