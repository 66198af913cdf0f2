config busy-reply-threshold 100
# A script that runs long: the others hear of it, and may end it while it has not written.
a> EVAL "while true do end" 0
wait 5000 GET k -> (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
b> FUNCTION KILL
b< (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
b> FUNCTION STATS
b< (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
b> SHUTDOWN
b< (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
b> MULTI
b< OK
b> GET k
b< (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
b> DISCARD
b< OK
b> SCRIPT KILL
b< OK
a< (error) ERR Script killed by user with SCRIPT KILL... script: 694a5fe1ddb97a4c6a1bf299d9537c7d3d0f84e7, on @user_script:1.
b> SCRIPT KILL
b< (error) NOTBUSY No scripts in execution right now.
b> FUNCTION KILL
b< (error) NOTBUSY No scripts in execution right now.
b> PING
b< PONG
restart
# No pcall keeps it alive.
a> EVAL "while true do pcall(function() while true do end end) end" 0
wait 5000 GET k -> (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
b> SCRIPT KILL
b< OK
a< (error) ERR Script killed by user with SCRIPT KILL... script: 3d7b0cfd4124d0a72b8a39e531e7c806bc453d3e, on @user_script:1.
restart
# What has written has to go on: nobody sees half of it.
a> EVAL "redis.call('set', 'half', '1') for i = 1, 60000000 do end redis.call('set', 'other', '2') return 'done'" 0
wait 5000 GET half -> (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
b> SCRIPT KILL
b< (error) UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.
a< "done"
b> MGET half other
b< ["1" "2"]
restart
# A function; inside of a transaction, whose other calls have their replies.
a> FUNCTION LOAD "#!lua name=lib\nredis.register_function('f', function() while true do end end)"
a< "lib"
a> MULTI
a< OK
a> SET k v
a< QUEUED
a> FCALL f 0
a< QUEUED
a> EXEC
a> GET k
wait 5000 GET k -> (error) BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.
b> SCRIPT KILL
b< (error) BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.
b> FUNCTION KILL
b< OK
a< [OK (error) "ERR Script killed by user with SCRIPT KILL... script: f, on @user_function:2."]
a< "v"
a> FUNCTION FLUSH
a< OK
restart
# Waiters are served once the script is over, not before.
b> BLPOP list 0
blocked b
a> EVAL "redis.call('rpush', 'list', 'x') for i = 1, 60000000 do end redis.call('rpush', 'list', 'y') return 1" 0
wait 5000 GET k -> (error) BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
a< 1
b< ["list" "x"]
a> LRANGE list 0 -1
a< ["y"]
restart
# One that has written says so first, whichever KILL is called. Timers go on.
a> FUNCTION LOAD "#!lua name=lib\nredis.register_function('f', function() redis.call('set', 'half', '1') for i = 1, 90000000 do end redis.call('set', 'other', '2') return 'done' end)"
a< "lib"
b> BLPOP nokey 0.2
blocked b
a> FCALL f 0
wait 5000 GET k -> (error) BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.
d> SCRIPT KILL
d< (error) UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.
d> FUNCTION KILL
d< (error) UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.
d> WATCH other
d< OK
b< nil-array
a< "done"
d> MULTI
d< OK
d> GET other
d< QUEUED
d> EXEC
d< nil-array
a> FUNCTION FLUSH
a< OK
