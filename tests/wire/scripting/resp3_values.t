oracle
# Values of RESP3, both ways.
resp3 a
a> set k v
a< OK
a> hset h a 1 b 2
a< 2
a> sadd st a
a< 1
a> zadd z 1.5 m
a< 1
a> eval "redis.setresp(3); return redis.call('hgetall','h')" 0
a< {"a" "1" "b" "2"}
a> eval "redis.setresp(3); return redis.call('smembers','st')" 0
a< ~["a"]
a> eval "redis.setresp(3); return redis.call('zscore','z','m')" 0
a< ,1.5
a> eval "redis.setresp(3); return redis.call('get','none')" 0
a< nil
a> eval "redis.setresp(3); return {map={a=1}}" 0
a< {"a" 1}
a> eval "return {map={a=1}}" 0
a< {"a" 1}
a> eval "return {set={a=true}}" 0
a< ~["a"]
a> eval "return {double=2.25}" 0
a< ,2.25
a> eval "return {big_number='3492890328409238509324850943850943825024385'}" 0
a< 3492890328409238509324850943850943825024385
a> eval "return {verbatim_string={string='ab',format='mkd'}}" 0
a< "ab"
a> eval "redis.setresp(3); return true" 0
a< #t
a> eval "redis.setresp(3); return false" 0
a< #f
a> eval "return {true,false}" 0
a< [1 nil]
a> eval "redis.setresp(3); return {true,false}" 0
a< [#t #f]
a> eval "redis.setresp(3); return type(redis.call('zscore','z','m').double)" 0
a< "number"
a> eval "redis.setresp(2); return redis.call('zscore','z','m')" 0
a< "1.5"
a> eval "redis.setresp(3); return redis.call('zrange','z',0,-1,'withscores')" 0
a< [["m" ,1.5]]
a> FUNCTION FLUSH
a< OK
restart
# For a client of RESP2.
a> set k v
a< OK
a> hset h a 1 b 2
a< 2
a> sadd st a
a< 1
a> zadd z 1.5 m
a< 1
a> eval "redis.setresp(3); return redis.call('hgetall','h')" 0
a< ["a" "1" "b" "2"]
a> eval "redis.setresp(3); return redis.call('smembers','st')" 0
a< ["a"]
a> eval "redis.setresp(3); return redis.call('zscore','z','m')" 0
a< "1.5"
a> eval "redis.setresp(3); return redis.call('get','none')" 0
a< nil
a> eval "redis.setresp(3); return {map={a=1}}" 0
a< ["a" 1]
a> eval "return {map={a=1}}" 0
a< ["a" 1]
a> eval "return {set={a=true}}" 0
a< ["a"]
a> eval "return {double=2.25}" 0
a< "2.25"
a> eval "return {big_number='3492890328409238509324850943850943825024385'}" 0
a< "3492890328409238509324850943850943825024385"
a> eval "return {verbatim_string={string='ab',format='mkd'}}" 0
a< "ab"
a> eval "redis.setresp(3); return true" 0
a< 1
a> eval "redis.setresp(3); return false" 0
a< 0
a> eval "return {true,false}" 0
a< [1 nil]
a> eval "redis.setresp(3); return {true,false}" 0
a< [1 0]
a> eval "redis.setresp(3); return type(redis.call('zscore','z','m').double)" 0
a< "number"
a> eval "redis.setresp(2); return redis.call('zscore','z','m')" 0
a< "1.5"
a> eval "redis.setresp(3); return redis.call('zrange','z',0,-1,'withscores')" 0
a< [["m" "1.5"]]
a> FUNCTION FLUSH
a< OK
