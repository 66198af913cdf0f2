oracle
# The first line of a script, and scripts that only read.
a> set k v
a< OK
a> hset h a 1 b 2
a< 2
a> eval "#!lua\nreturn 1" 0
a< 1
a> eval "#!lua" 0
a< (error) ERR Invalid script shebang
a> eval "#!\nreturn 1" 0
a< (error) ERR Unexpected engine in script shebang: #!
a> eval "#!lua2\nreturn 1" 0
a< (error) ERR Unexpected engine in script shebang: #!lua2
a> eval "#!luax flags=no-writes\nreturn 1" 0
a< (error) ERR Unexpected engine in script shebang: #!luax
a> eval "#!lua flags=no-writes\nreturn redis.call('set','a','b')" 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: 6acb400a50fe96e33eca4e0af6e9dcfb21193726, on @user_script:2.
a> eval "#!lua flags=\nreturn redis.call('set','a','b')" 0
a< OK
a> eval "#!lua flags=no-writes,nosuch\nreturn 1" 0
a< (error) ERR Unexpected flag in script shebang: nosuch
a> eval "#!lua name=foo\nreturn 1" 0
a< (error) ERR Unknown lua shebang option: name=foo
a> eval "#!lua foo\nreturn 1" 0
a< (error) ERR Unknown lua shebang option: foo
a> eval "#!lua flags=no-writes,allow-stale,allow-oom,no-cluster,allow-cross-slot-keys\nreturn 1" 0
a< 1
a> eval_ro "return redis.call('set','a','b')" 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: ff967d0ae0e68b4f9e360fa91c54598bc25ad9b6, on @user_script:1.
a> eval_ro "return redis.call('get','k')" 0
a< "v"
a> eval_ro "#!lua\nreturn redis.call('get','k')" 0
a< (error) ERR Can not execute a script with write flag using *_ro command.
a> eval_ro "#!lua flags=no-writes\nreturn redis.call('get','k')" 0
a< "v"
a> eval_ro "return redis.call('publish','a','b')" 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: 4790605679cf073cb561805eb6c83112ff57d189, on @user_script:1.
a> FUNCTION FLUSH
a< OK
restart
# Words and values may stand in quotes; engine and flags of a script have one spelling only.
a> eval "#!lua \"flags=no-writes\"\nreturn 1" 0
a< 1
a> eval "#!lua\t'flags=no-writes,allow-oom'\nreturn 1" 0
a< 1
a> eval "#!lua flags=\"no-writes\"\nreturn redis.call('set', 'a', 'b')" 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: 72a80a5fe9aa39f8af1bffcbb276b22abdc2ef60, on @user_script:2.
a> eval "#!lua flags=\"no-writes\nreturn 1" 0
a< (error) ERR Invalid engine in script shebang
a> eval "#!lua flags=\"no-writes\"x\nreturn 1" 0
a< (error) ERR Invalid engine in script shebang
a> eval "#!LUA\nreturn 1" 0
a< (error) ERR Unexpected engine in script shebang: #!LUA
a> eval "#!lua flags=NO-WRITES\nreturn 1" 0
a< (error) ERR Unexpected flag in script shebang: NO-WRITES
a> eval "#!lua FLAGS=no-writes\nreturn 1" 0
a< (error) ERR Unknown lua shebang option: FLAGS=no-writes
