oracle
# Calls from a script: arguments, replies, errors.
a> set k v
a< OK
a> hset h a 1 b 2
a< 2
a> eval "return redis.call('set', KEYS[1], ARGV[1])" 1 k v
a< OK
a> eval "\n\nreturn redis.call('nosuch')" 0
a< (error) ERR Unknown Redis command called from script script: e2c9a1c42e13c6bc0335a2cc58b080e4afe38123, on @user_script:3.
a> eval "return redis.call()" 0
a< (error) ERR Please specify at least one argument for this redis lib call script: 0a907e1429221a4d85516cab7fd219a82a9439d8, on @user_script:1.
a> eval "return redis.pcall()" 0
a< (error) ERR Please specify at least one argument for this redis lib call
a> eval "return redis.call('get')" 0
a< (error) ERR Wrong number of args calling Redis command from script script: f187dee77f607f7cff00bbabc9df38507582c78d, on @user_script:1.
a> eval "return redis.call('get', {})" 0
a< (error) ERR Lua redis lib command arguments must be strings or integers script: 4368e88f98d93af9caf358186e5fbf273374ee91, on @user_script:1.
a> eval "return redis.call('get', true)" 0
a< (error) ERR Lua redis lib command arguments must be strings or integers script: 12c6851597ea39422dc179bc582fe8ba6af32595, on @user_script:1.
a> eval "return redis.call('multi')" 0
a< (error) ERR This Redis command is not allowed from script script: c329a1a294be6bf95b44144f7502610661ae925a, on @user_script:1.
only ours
a> eval "return redis.call('blpop','nokey',0)" 0
a< nil
end
a> set k v
a< OK
a> eval "return redis.call('incr','k')" 0
a< (error) ERR value is not an integer or out of range script: 1f71dc1cd0b838440b29a02b9ecb8480e01af28a, on @user_script:1.
a> eval "return redis.pcall('incr','k')" 0
a< (error) ERR value is not an integer or out of range
a> eval "local e = redis.pcall('incr','k'); return e.err" 0
a< "ERR value is not an integer or out of range"
a> eval "local e = redis.pcall('nosuch','k'); return e.err" 0
a< "ERR Unknown Redis command called from script"
a> eval "return redis.call('lpush','k','v')" 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value script: 6d25130e7f044694f7b8de0d3bc0024007f143a9, on @user_script:1.
a> eval "return redis.call('set','n',12.5)" 0
a< OK
a> get n
a< "12.5"
a> eval "return redis.call('set','n',1e15)" 0
a< OK
a> get n
a< "1000000000000000"
a> eval "return redis.call('set','n',3)" 0
a< OK
a> get n
a< "3"
a> eval "return redis.call('config','get','x')" 0
a< (error) ERR This Redis command is not allowed from script script: 6cf5c0738da24e66778a048e60b49d7218cc617b, on @user_script:1.
a> eval "return redis.call('script','load','x')" 0
a< (error) ERR This Redis command is not allowed from script script: 0cfe87fb8778d763843526b43c030de98555dec5, on @user_script:1.
a> eval "return redis.call('object','nosuch')" 0
a< (error) ERR Unknown Redis command called from script script: 34e51292dbc22d39355a85b807f0a2f4510a3c58, on @user_script:1.
a> eval "return redis.call('object')" 0
a< (error) ERR Wrong number of args calling Redis command from script script: 26deaca16991823793a5afb3896b485575b3b060, on @user_script:1.
a> eval "return type(redis.call)" 0
a< "function"
a> hset h a 1 b 2
a< 0
a> eval "return redis.call('get','nokey') == false" 0
a< 1
a> eval "redis.call('select',5); return redis.call('set','in5','x')" 0
a< OK
a> dbsize
a< 3
a> eval "return redis.call('ping')" 0
a< PONG
a> eval "return pcall(redis.call,'incr','k')" 0
a< nil
a> eval "local ok,e = pcall(redis.call,'incr','k'); return {type(e), e.err}" 0
a< ["string"]
a> eval "local ok,e = pcall(redis.call,'nosuch'); error(e)" 0
a< (error) ERR user_script:1: ERR Unknown Redis command called from script script: 3e8b6e6c9571bde9cd386f2bb2523fbf75c9ad2c, on @user_script:1.
a> eval "return redis.call('PUBLISH','c','m')" 0
a< 0
a> eval "return redis.call('subscribe','c')" 0
a< (error) ERR This Redis command is not allowed from script script: 7f02cffe90778c7abbcc0c8698c70a4ab5da2c45, on @user_script:1.
a> eval "return redis.call('eval','return 1','0')" 0
a< (error) ERR This Redis command is not allowed from script script: 1e5046f3a9119d3dc9cf5824428b6d9fedd305d2, on @user_script:1.
a> eval "return redis.call('command','count') > 10" 0
a< 1
a> eval "return redis.call('xadd','s','1-1','a','b')" 0
a< "1-1"
only ours
a> eval "return redis.call('xread','block','0','streams','s','$')" 0
a< nil
end
a> eval "return redis.call('zadd','z','1.5','a')" 0
a< 1
a> eval "return redis.call('zscore','z','a')" 0
a< "1.5"
a> sadd st a
a< 1
a> eval "return redis.call('shutdown')" 0
a< (error) ERR This Redis command is not allowed from script script: efed7e6fbac55a79c47e5a9e6bd695e63e9dcada, on @user_script:1.
a> eval "return redis.call('debug','sleep','0')" 0
a< (error) ERR This Redis command is not allowed from script script: 3ab121bfba97ea652249c19f202e9d69a51d0cbf, on @user_script:1.
a> eval "return redis.call('hello','3')" 0
a< (error) ERR This Redis command is not allowed from script script: 29501ea0dd24d3d6ba66e3fee83554631664b038, on @user_script:1.
a> eval "return redis.call('client','id')" 0
a< (error) ERR This Redis command is not allowed from script script: 6b57691688c1a59f07a7665ec9d907a922123bf8, on @user_script:1.
a> FUNCTION FLUSH
a< OK
restart
# The same for a client of RESP3.
resp3 a
a> set k v
a< OK
a> hset h a 1 b 2
a< 2
a> eval "return redis.call('set', KEYS[1], ARGV[1])" 1 k v
a< OK
a> eval "\n\nreturn redis.call('nosuch')" 0
a< (error) ERR Unknown Redis command called from script script: e2c9a1c42e13c6bc0335a2cc58b080e4afe38123, on @user_script:3.
a> eval "return redis.call()" 0
a< (error) ERR Please specify at least one argument for this redis lib call script: 0a907e1429221a4d85516cab7fd219a82a9439d8, on @user_script:1.
a> eval "return redis.pcall()" 0
a< (error) ERR Please specify at least one argument for this redis lib call
a> eval "return redis.call('get')" 0
a< (error) ERR Wrong number of args calling Redis command from script script: f187dee77f607f7cff00bbabc9df38507582c78d, on @user_script:1.
a> eval "return redis.call('get', {})" 0
a< (error) ERR Lua redis lib command arguments must be strings or integers script: 4368e88f98d93af9caf358186e5fbf273374ee91, on @user_script:1.
a> eval "return redis.call('get', true)" 0
a< (error) ERR Lua redis lib command arguments must be strings or integers script: 12c6851597ea39422dc179bc582fe8ba6af32595, on @user_script:1.
a> eval "return redis.call('multi')" 0
a< (error) ERR This Redis command is not allowed from script script: c329a1a294be6bf95b44144f7502610661ae925a, on @user_script:1.
only ours
a> eval "return redis.call('blpop','nokey',0)" 0
a< nil
end
a> set k v
a< OK
a> eval "return redis.call('incr','k')" 0
a< (error) ERR value is not an integer or out of range script: 1f71dc1cd0b838440b29a02b9ecb8480e01af28a, on @user_script:1.
a> eval "return redis.pcall('incr','k')" 0
a< (error) ERR value is not an integer or out of range
a> eval "local e = redis.pcall('incr','k'); return e.err" 0
a< "ERR value is not an integer or out of range"
a> eval "local e = redis.pcall('nosuch','k'); return e.err" 0
a< "ERR Unknown Redis command called from script"
a> eval "return redis.call('lpush','k','v')" 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value script: 6d25130e7f044694f7b8de0d3bc0024007f143a9, on @user_script:1.
a> eval "return redis.call('set','n',12.5)" 0
a< OK
a> get n
a< "12.5"
a> eval "return redis.call('set','n',1e15)" 0
a< OK
a> get n
a< "1000000000000000"
a> eval "return redis.call('set','n',3)" 0
a< OK
a> get n
a< "3"
a> eval "return redis.call('config','get','x')" 0
a< (error) ERR This Redis command is not allowed from script script: 6cf5c0738da24e66778a048e60b49d7218cc617b, on @user_script:1.
a> eval "return redis.call('script','load','x')" 0
a< (error) ERR This Redis command is not allowed from script script: 0cfe87fb8778d763843526b43c030de98555dec5, on @user_script:1.
a> eval "return redis.call('object','nosuch')" 0
a< (error) ERR Unknown Redis command called from script script: 34e51292dbc22d39355a85b807f0a2f4510a3c58, on @user_script:1.
a> eval "return redis.call('object')" 0
a< (error) ERR Wrong number of args calling Redis command from script script: 26deaca16991823793a5afb3896b485575b3b060, on @user_script:1.
a> eval "return type(redis.call)" 0
a< "function"
a> hset h a 1 b 2
a< 0
a> eval "return redis.call('get','nokey') == false" 0
a< 1
a> eval "redis.call('select',5); return redis.call('set','in5','x')" 0
a< OK
a> dbsize
a< 3
a> eval "return redis.call('ping')" 0
a< PONG
a> eval "return pcall(redis.call,'incr','k')" 0
a< nil
a> eval "local ok,e = pcall(redis.call,'incr','k'); return {type(e), e.err}" 0
a< ["string"]
a> eval "local ok,e = pcall(redis.call,'nosuch'); error(e)" 0
a< (error) ERR user_script:1: ERR Unknown Redis command called from script script: 3e8b6e6c9571bde9cd386f2bb2523fbf75c9ad2c, on @user_script:1.
a> eval "return redis.call('PUBLISH','c','m')" 0
a< 0
a> eval "return redis.call('subscribe','c')" 0
a< (error) ERR This Redis command is not allowed from script script: 7f02cffe90778c7abbcc0c8698c70a4ab5da2c45, on @user_script:1.
a> eval "return redis.call('eval','return 1','0')" 0
a< (error) ERR This Redis command is not allowed from script script: 1e5046f3a9119d3dc9cf5824428b6d9fedd305d2, on @user_script:1.
a> eval "return redis.call('command','count') > 10" 0
a< 1
a> eval "return redis.call('xadd','s','1-1','a','b')" 0
a< "1-1"
only ours
a> eval "return redis.call('xread','block','0','streams','s','$')" 0
a< nil
end
a> eval "return redis.call('zadd','z','1.5','a')" 0
a< 1
a> eval "return redis.call('zscore','z','a')" 0
a< "1.5"
a> sadd st a
a< 1
a> eval "return redis.call('shutdown')" 0
a< (error) ERR This Redis command is not allowed from script script: efed7e6fbac55a79c47e5a9e6bd695e63e9dcada, on @user_script:1.
a> eval "return redis.call('debug','sleep','0')" 0
a< (error) ERR This Redis command is not allowed from script script: 3ab121bfba97ea652249c19f202e9d69a51d0cbf, on @user_script:1.
a> eval "return redis.call('hello','3')" 0
a< (error) ERR This Redis command is not allowed from script script: 29501ea0dd24d3d6ba66e3fee83554631664b038, on @user_script:1.
a> eval "return redis.call('client','id')" 0
a< (error) ERR This Redis command is not allowed from script script: 6b57691688c1a59f07a7665ec9d907a922123bf8, on @user_script:1.
a> FUNCTION FLUSH
a< OK
