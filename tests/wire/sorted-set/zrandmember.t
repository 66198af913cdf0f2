oracle
a> ZRANDMEMBER none
a< nil
a> ZRANDMEMBER none 3
a< []
a> ZRANDMEMBER none -3
a< []
a> ZADD z 1 only
a< 1
a> ZRANDMEMBER z
a< "only"
a> ZRANDMEMBER z 0
a< []
a> ZRANDMEMBER z 5
a< ["only"]
a> ZRANDMEMBER z 5 WITHSCORES
a< ["only" "1"]
a> ZRANDMEMBER z -3
a< ["only" "only" "only"]
a> ZRANDMEMBER z -2 WITHSCORES
a< ["only" "1" "only" "1"]
resp3 c
c> ZRANDMEMBER z
c< "only"
c> ZRANDMEMBER none
c< nil
c> ZRANDMEMBER z 5 WITHSCORES
c< [["only" ,1]]
c> ZRANDMEMBER z -2 WITHSCORES
c< [["only" ,1] ["only" ,1]]
a> ZRANDMEMBER z x
a< (error) ERR value is not an integer or out of range
a> ZRANDMEMBER z 1.5
a< (error) ERR value is not an integer or out of range
a> ZRANDMEMBER z 1 nonsense
a< (error) ERR syntax error
a> ZRANDMEMBER z 1 WITHSCORES more
a< (error) ERR syntax error
a> ZRANDMEMBER z -9223372036854775808
a< (error) ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
a> ZRANDMEMBER z -9223372036854775807 WITHSCORES
a< (error) ERR value is out of range
a> ZRANDMEMBER z 9223372036854775807 WITHSCORES
a< (error) ERR value is out of range
a> SET text x
a< OK
a> ZRANDMEMBER text
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZRANDMEMBER text 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZRANDMEMBER
a< (error) ERR wrong number of arguments for 'zrandmember' command
