oracle
# The functions of the table redis.
a> set k v
a< OK
a> hset h a 1 b 2
a< 2
a> eval "return redis.error_reply('My Err')" 0
a< (error) My Err
a> eval "return redis.error_reply('Err')" 0
a< (error) ERR Err
a> eval "return redis.error_reply('-Err x')" 0
a< (error) Err x
a> eval "return redis.error_reply('-Err')" 0
a< (error) ERR Err
a> eval "return #redis.error_reply('a\\0' .. string.rep('b', 9000)).err" 0
a< 5
a> eval "return #redis.error_reply('-a\\0' .. string.rep('b', 9000)).err" 0
a< 5
a> eval "return redis.error_reply()" 0
a< (error) ERR wrong number or type of arguments
a> eval "return redis.error_reply(1)" 0
a< (error) ERR wrong number or type of arguments
a> eval "return redis.error_reply('a\r\nb')" 0
a< (error) ERR Error compiling script (new function): user_script:1: unfinished string near ''a'
a> eval "return redis.status_reply('My\r\nx')" 0
a< (error) ERR Error compiling script (new function): user_script:1: unfinished string near ''My'
a> eval "return redis.status_reply()" 0
a< (error) ERR wrong number or type of arguments
a> eval "return redis.sha1hex('')" 0
a< "da39a3ee5e6b4b0d3255bfef95601890afd80709"
a> eval "return redis.sha1hex()" 0
a< (error) ERR wrong number of arguments script: 3c7ce947ae74a835cc575b6ee87fb27503cb7ba4, on @user_script:1.
a> eval "return redis.sha1hex(12)" 0
a< "7b52009b64fd0a2a49e6d8a939753077792b0554"
a> eval "return redis.log('x')" 0
a< (error) ERR redis.log() requires two arguments or more. script: 1fcd6a303159eb531344e55c3a1258a5faf371df, on @user_script:1.
a> eval "return redis.log(9,'x')" 0
a< (error) ERR Invalid debug level. script: bdf8c5fe30a2bd47a4a97712903fc7f8bf1d2532, on @user_script:1.
a> eval "return redis.log('x','x')" 0
a< (error) ERR First argument must be a number (log level). script: 02e900730ba2c063f548cf5d6704aa8b32647427, on @user_script:1.
a> eval "return redis.log(redis.LOG_DEBUG,'x')" 0
a< nil
a> eval "return {redis.LOG_DEBUG,redis.LOG_VERBOSE,redis.LOG_NOTICE,redis.LOG_WARNING,redis.REPL_NONE,redis.REPL_AOF,redis.REPL_SLAVE,redis.REPL_REPLICA,redis.REPL_ALL}" 0
a< [0 1 2 3 0 1 2 2 3]
a> eval "return redis.setresp()" 0
a< (error) ERR redis.setresp() requires one argument. script: 76da64e28014e7c9ad76db33c3918c53d81a3d7e, on @user_script:1.
a> eval "return redis.setresp(4)" 0
a< (error) ERR RESP version must be 2 or 3. script: 921c0a48021d97dfd5884aeea41875972c7804d9, on @user_script:1.
a> eval "return redis.setresp('x')" 0
a< (error) ERR RESP version must be 2 or 3. script: 832d0a243114b515e35cb3f65c28e22af06cd822, on @user_script:1.
a> eval "redis.setresp(3); return redis.call('hgetall','nohash')" 0
a< []
a> eval "redis.setresp(3); return redis.call('hgetall','h')" 0
a< ["a" "1" "b" "2"]
a> eval "redis.setresp(3); local r= redis.call('hgetall','h'); return r.map.a" 0
a< "1"
a> eval "redis.setresp(3); return redis.call('get','nokey') == nil" 0
a< 1
a> eval "redis.setresp(3); return true" 0
a< 1
a> eval "redis.setresp(3); return false" 0
a< 0
a> eval "return redis.set_repl()" 0
a< (error) ERR redis.set_repl() requires two arguments. script: 9504533b41060c143a92eb2f8878e77d33b6dc33, on @user_script:1.
a> eval "return redis.set_repl(redis.REPL_ALL)" 0
a< nil
a> eval "return redis.set_repl(17)" 0
a< (error) ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE. script: 4242b9e834b4f93459c5a1cd015bc1a255069cc6, on @user_script:1.
a> eval "return redis.replicate_commands()" 0
a< 1
a> eval "return redis.breakpoint()" 0
a< nil
a> eval "return redis.debug('x')" 0
a< nil
a> eval "return redis.acl_check_cmd('get','x')" 0
a< 1
a> eval "return redis.acl_check_cmd('nosuch','x')" 0
a< (error) ERR Invalid command passed to redis.acl_check_cmd() script: 7be579b701c14437cd846eb101e8d1b1f50fcbac, on @user_script:1.
a> eval "return redis.acl_check_cmd()" 0
a< (error) ERR Please specify at least one argument for this redis lib call script: 1124f33ad66e7866b4e0c1499a4c20fb5eb9c180, on @user_script:1.
a> eval "return redis.acl_check_cmd('get')" 0
a< 1
a> eval "return redis.REDIS_VERSION == nil" 0
a< nil
a> eval "redis.setresp(3); return redis.call('zscore','z','a')" 0
a< nil
a> eval "redis.setresp(3); return redis.call('zscore','z','a').double" 0
a< (error) ERR user_script:1: attempt to index a nil value script: 797a30bfa8ff3054994a6acaad91b3357b62e0bb, on @user_script:1.
a> eval "redis.setresp(3); return redis.call('smembers','nos')" 0
a< []
a> eval "redis.setresp(3); return redis.call('smembers','st')" 0
a< []
a> eval "redis.setresp(3); return redis.call('smembers','st').set.a" 0
a< nil
a> FUNCTION FLUSH
a< OK
