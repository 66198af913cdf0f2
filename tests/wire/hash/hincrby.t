oracle
a> HINCRBY h n 5
a< 5
a> HINCRBY h n -7
a< -2
a> HGET h n
a< "-2"
a> HSET h n 9223372036854775806 t text f 1.5 e ""
a< 3
a> HINCRBY h n 1
a< 9223372036854775807
a> HINCRBY h n 1
a< (error) ERR increment or decrement would overflow
a> HINCRBY h t 1
a< (error) ERR hash value is not an integer
a> HINCRBY h f 1
a< (error) ERR hash value is not an integer
a> HINCRBY h e 1
a< (error) ERR hash value is not an integer
a> HINCRBY h n x
a< (error) ERR value is not an integer or out of range
a> HINCRBY h n 1.5
a< (error) ERR value is not an integer or out of range
a> HINCRBY h n 9223372036854775808
a< (error) ERR value is not an integer or out of range
a> HINCRBY h n
a< (error) ERR wrong number of arguments for 'hincrby' command
a> HGET h n
a< "9223372036854775807"
a> SET s 1
a< OK
a> HINCRBY s n 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HINCRBY s n x
a< (error) ERR value is not an integer or out of range
only ours
# a field keeps its time
a> HPEXPIREAT h 9999999999999 FIELDS 1 t
a< [1]
a> HSETEX h KEEPTTL FIELDS 1 t 1
a< 1
a> HINCRBY h t 1
a< 2
a> HPEXPIRETIME h FIELDS 1 t
a< [9999999999999]
end
