oracle
# What a script returns, and how it fails.
a> eval "return 1.9" 0
a< 1
a> eval "return {1,2,{3,'a',nil,4},'x'}" 0
a< [1 2 [3 "a"] "x"]
a> eval "return {1,2,nil,4}" 0
a< [1 2]
a> eval "return true" 0
a< 1
a> eval "return false" 0
a< nil
a> eval "return nil" 0
a< nil
a> eval return 0
a< nil
a> eval "return {ok='fine'}" 0
a< fine
a> eval "return {err='My Err'}" 0
a< (error) My Err
a> eval "error('boom')" 0
a< (error) ERR user_script:1: boom script: 82903a0434f1503e152f89c03c9acd881a0e8150, on @user_script:1.
a> eval "error({err='boom'})" 0
a< (error) boom script: b4008f1a5b8fc868d0c8eace17f627e4976c6595, on @user_script:1.
a> eval "error({err='-boom x'})" 0
a< (error) -boom x script: 9ce8c4814eca07f16aa51274ad0b4bfd6b27f637, on @user_script:1.
a> eval "error()" 0
a< (error) ERR nil script: aca90d914519fdb9825352bdc0befb59f7c8510f, on @user_script:1.
a> eval "error(nil)" 0
a< (error) ERR nil script: c402aa49952c86c38f35fb311d54977d08f3bf01, on @user_script:1.
a> eval "local a = nil; return a.b" 0
a< (error) ERR user_script:1: attempt to index local 'a' (a nil value) script: a4f98b90454ae717765b45eb6f71312d37f994c6, on @user_script:1.
a> eval "return {err='x', source='s', line=3}" 0
a< (error) x
a> eval "return foo" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'foo' script: 47e30a5d10d5694f99208f9adc4fe3bf2450edbd, on @user_script:1.
a> eval "foo = 1" 0
a< (error) ERR user_script:1: Attempt to modify a readonly table script: e1934c7d679df0a682fa283afb2bdeec6495d463, on @user_script:1.
a> eval "function foo() end" 0
a< (error) ERR user_script:1: Attempt to modify a readonly table script: bd1a756f2a366ca5ab2b4d19a66ce4fda5626f15, on @user_script:1.
a> eval "KEYS = 1" 0
a< (error) ERR user_script:1: Attempt to modify a readonly table script: 8726473c55e0c4527ed3b82564a764667277b20e, on @user_script:1.
a> eval "KEYS[1] = 'x'; return KEYS[1]" 1 a
a< "x"
a> eval "ARGV[5] = 'x'; return ARGV" 1 a b
a< ["b"]
a> eval "redis.foo = 1" 0
a< (error) ERR user_script:1: Attempt to modify a readonly table script: 1afad7befb249f32b7b09d28680712e03c705ddb, on @user_script:1.
a> eval "return (" 0
a< (error) ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'
a> eval "return 1" x
a< (error) ERR value is not an integer or out of range
a> eval "return 1" -1
a< (error) ERR Number of keys can't be negative
a> eval "return 1" 2 a
a< (error) ERR Number of keys can't be greater than number of args
a> eval "return {double=3.5}" 0
a< "3.5"
a> eval "return {map={a=1}}" 0
a< ["a" 1]
a> eval "return {set={a=true}}" 0
a< ["a"]
a> eval "return {big_number='123\r\n4'}" 0
a< (error) ERR Error compiling script (new function): user_script:1: unfinished string near ''123'
a> eval "return {verbatim_string={string='abc',format='txt'}}" 0
a< "abc"
a> eval "return {verbatim_string={string='abc'}}" 0
a< []
a> eval "local ok,e = pcall(error,'x'); return {type(e), e}" 0
a< ["string" "x"]
a> eval "local t = {} ; t[1]=t ; return 1" 0
a< 1
a> eval "return 1e300" 0
a< -9223372036854775808
a> eval "return -1/0" 0
a< -9223372036854775808
a> eval "return 0/0" 0
a< -9223372036854775808
a> eval "return -3.7" 0
a< -3
a> eval "return function() end" 0
a< nil
a> eval "return {function() end, 1}" 0
a< [nil 1]
a> eval "return {{}, {}, {{}}}" 0
a< [[] [] [[]]]
a> eval "return ''" 0
a< ""
a> eval "return 'a\\0b'" 0
a< "a\x00b"
a> eval "return string.rep('x', 100)" 0
a< "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
a> eval "return #KEYS + #ARGV" 2 a b c
a< 3
a> eval "return cjson.encode({1,2,3})" 0
a< "[1,2,3]"
a> eval "return bit.band(7,3)" 0
a< 3
a> eval "return struct.pack('I', 1)" 0
a< "\x01\x00\x00\x00"
a> eval "return cmsgpack.unpack(cmsgpack.pack({1,2}))" 0
a< [1 2]
a> eval "return _G.foo" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'foo' script: 14b334a3e1207cac27cf13552a3fe5249fbac092, on @user_script:1.
a> eval "return print" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'print' script: df4c752a7558004676bbee87e38b92e0b9056d68, on @user_script:1.
a> eval "return loadstring('return 5')()" 0
a< 5
a> eval "return dofile" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'dofile' script: 0c5f629ecf4a281cada464398cd571c2f6828b27, on @user_script:1.
a> eval "setmetatable(_G, {})" 0
a< (error) ERR Attempt to modify a readonly table script: 0bf0a51fbb051c942113de0105d3f8e18cdcddb5, on @user_script:1.
a> eval "return getmetatable(_G)" 0
a< []
a> eval "return unpack({1,2,3})" 0
a< 1
a> eval "return xpcall(function() error('x') end, function(e) return e end)" 0
a< nil
a> eval
a< (error) ERR wrong number of arguments for 'eval' command
a> eval "return 1"
a< (error) ERR wrong number of arguments for 'eval' command
a> FUNCTION FLUSH
a< OK
restart
# The same for a client of RESP3.
resp3 a
a> eval "return 1.9" 0
a< 1
a> eval "return {1,2,{3,'a',nil,4},'x'}" 0
a< [1 2 [3 "a"] "x"]
a> eval "return {1,2,nil,4}" 0
a< [1 2]
a> eval "return true" 0
a< 1
a> eval "return false" 0
a< nil
a> eval "return nil" 0
a< nil
a> eval return 0
a< nil
a> eval "return {ok='fine'}" 0
a< fine
a> eval "return {err='My Err'}" 0
a< (error) My Err
a> eval "local a = nil; return a.b" 0
a< (error) ERR user_script:1: attempt to index local 'a' (a nil value) script: a4f98b90454ae717765b45eb6f71312d37f994c6, on @user_script:1.
a> eval "return {err='x', source='s', line=3}" 0
a< (error) x
a> eval "return foo" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'foo' script: 47e30a5d10d5694f99208f9adc4fe3bf2450edbd, on @user_script:1.
a> eval "ARGV[5] = 'x'; return ARGV" 1 a b
a< ["b"]
a> eval "return (" 0
a< (error) ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'
a> eval "return 1" x
a< (error) ERR value is not an integer or out of range
a> eval "return 1" -1
a< (error) ERR Number of keys can't be negative
a> eval "return 1" 2 a
a< (error) ERR Number of keys can't be greater than number of args
a> eval "return {double=3.5}" 0
a< ,3.5
a> eval "return {map={a=1}}" 0
a< {"a" 1}
a> eval "return {set={a=true}}" 0
a< ~["a"]
a> eval "return {big_number='123\r\n4'}" 0
a< (error) ERR Error compiling script (new function): user_script:1: unfinished string near ''123'
a> eval "return {verbatim_string={string='abc',format='txt'}}" 0
a< "abc"
a> eval "return {verbatim_string={string='abc'}}" 0
a< []
a> eval "local ok,e = pcall(error,'x'); return {type(e), e}" 0
a< ["string" "x"]
a> eval "local t = {} ; t[1]=t ; return 1" 0
a< 1
a> eval "return 1e300" 0
a< -9223372036854775808
a> eval "return -1/0" 0
a< -9223372036854775808
a> eval "return 0/0" 0
a< -9223372036854775808
a> eval "return -3.7" 0
a< -3
a> eval "return function() end" 0
a< nil
a> eval "return {function() end, 1}" 0
a< [nil 1]
a> eval "return {{}, {}, {{}}}" 0
a< [[] [] [[]]]
a> eval "return ''" 0
a< ""
a> eval "return 'a\\0b'" 0
a< "a\x00b"
a> eval "return string.rep('x', 100)" 0
a< "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
a> eval "return #KEYS + #ARGV" 2 a b c
a< 3
a> eval "return cjson.encode({1,2,3})" 0
a< "[1,2,3]"
a> eval "return bit.band(7,3)" 0
a< 3
a> eval "return struct.pack('I', 1)" 0
a< "\x01\x00\x00\x00"
a> eval "return cmsgpack.unpack(cmsgpack.pack({1,2}))" 0
a< [1 2]
a> eval "return _G.foo" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'foo' script: 14b334a3e1207cac27cf13552a3fe5249fbac092, on @user_script:1.
a> eval "return print" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'print' script: df4c752a7558004676bbee87e38b92e0b9056d68, on @user_script:1.
a> eval "return loadstring('return 5')()" 0
a< 5
a> eval "return dofile" 0
a< (error) ERR user_script:1: Script attempted to access nonexistent global variable 'dofile' script: 0c5f629ecf4a281cada464398cd571c2f6828b27, on @user_script:1.
a> eval "return getmetatable(_G)" 0
a< []
a> eval "return unpack({1,2,3})" 0
a< 1
a> eval "return xpcall(function() error('x') end, function(e) return e end)" 0
a< nil
a> eval "return 1"
a< (error) ERR wrong number of arguments for 'eval' command
a> FUNCTION FLUSH
a< OK
a> SCRIPT LOAD "return redis.call('get', KEYS[1])"
a< "4e6d8fc8bb01276962cce5371fa795a7763657ae"
a> SET ro v
a< OK
a> EVALSHA_RO 4e6d8fc8bb01276962cce5371fa795a7763657ae 1 ro
a< "v"
a> EVALSHA_RO ffffffffffffffffffffffffffffffffffffffff 0
a< (error) NOSCRIPT No matching script. Please use EVAL.
