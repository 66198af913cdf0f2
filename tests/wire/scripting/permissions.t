# What the rules of the caller say of the calls of a script. The texts are those of Redis 7.2 and later;
# 7.0.15 has an ERR with other words.
a> acl setuser u on nopass ~k* &ch* +@all -set -xgroup|create -@dangerous
a< OK
a> set k v
a< OK
u> auth u x
u< OK
u> eval "return redis.call('get', 'k')" 0
u< "v"
u> eval "return redis.call('set', 'k', 'v')" 0
u< (error) NOPERM ACL failure in script: User u has no permissions to run the 'set' command script: 2d991be581da74a0c0c441c4beb92ae41c2e1eb9, on @user_script:1.
u> eval "return redis.pcall('set', 'k', 'v')" 0
u< (error) NOPERM ACL failure in script: User u has no permissions to run the 'set' command
u> eval "return redis.call('xgroup', 'create', 'k', 'g', '$')" 0
u< (error) NOPERM ACL failure in script: User u has no permissions to run the 'xgroup|create' command script: 6677b86e74738a80900293f614c6c2465f700380, on @user_script:1.
u> eval "return redis.pcall('xgroup', 'create', 'k', 'g', '$')" 0
u< (error) NOPERM ACL failure in script: User u has no permissions to run the 'xgroup|create' command
u> eval "return redis.call('keys', '*')" 0
u< (error) NOPERM ACL failure in script: User u has no permissions to run the 'keys' command script: 92d4272c970261ed930e4323577fac4df05f5573, on @user_script:1.
u> eval "return redis.pcall('keys', '*')" 0
u< (error) NOPERM ACL failure in script: User u has no permissions to run the 'keys' command
u> eval "return redis.call('get', 'x')" 0
u< (error) NOPERM ACL failure in script: No permissions to access a key script: 7b232de2280a0be147450f1bfc287bf012a22d2b, on @user_script:1.
u> eval "return redis.pcall('get', 'x')" 0
u< (error) NOPERM ACL failure in script: No permissions to access a key
u> eval "return redis.call('copy', 'k', 'x')" 0
u< (error) NOPERM ACL failure in script: No permissions to access a key script: 443ed1546c94555d11a75079533ee538c130a28b, on @user_script:1.
u> eval "return redis.pcall('copy', 'k', 'x')" 0
u< (error) NOPERM ACL failure in script: No permissions to access a key
u> eval "return redis.call('publish', 'd', 'x')" 0
u< (error) NOPERM ACL failure in script: No permissions to access a channel script: 2112106ab369ade1d753d0a474c538c37fc39a22, on @user_script:1.
u> eval "return redis.pcall('publish', 'd', 'x')" 0
u< (error) NOPERM ACL failure in script: No permissions to access a channel
# First comes what Redis looks at first.
u> eval "return redis.call('nosuch')" 0
u< (error) ERR Unknown Redis command called from script script: 206396248e12c6e742fd7296250433c8d7343b74, on @user_script:1.
u> eval "return redis.pcall('nosuch')" 0
u< (error) ERR Unknown Redis command called from script
u> eval "return redis.call('set')" 0
u< (error) ERR Wrong number of args calling Redis command from script script: 452141d5a2fed3fc879df25ef317b9e62b0de909, on @user_script:1.
u> eval "return redis.pcall('set')" 0
u< (error) ERR Wrong number of args calling Redis command from script
u> eval "return redis.call('config', 'get', 'x')" 0
u< (error) ERR This Redis command is not allowed from script script: fb5a4bdd364e4f610a0b29e86bc04fd8529b4c3e, on @user_script:1.
u> eval "return redis.pcall('config', 'get', 'x')" 0
u< (error) ERR This Redis command is not allowed from script
u> eval "local ok, e = pcall(redis.call, 'set', 'k', 'v') return {ok and 1 or 0, e}" 0
u< [0 "NOPERM ACL failure in script: User u has no permissions to run the 'set' command"]
u> eval "return {redis.acl_check_cmd('get', 'k'), redis.acl_check_cmd('get', 'x') and 1 or 0, redis.acl_check_cmd('set', 'k', 'v') and 1 or 0}" 0
u< [1 0 0]
a> acl deluser u
a< 1
