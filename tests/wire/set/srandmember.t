oracle
a> SRANDMEMBER s
a< nil
a> SRANDMEMBER s 3
a< []
a> SRANDMEMBER s -3
a< []
a> SADD s a
a< 1
a> SRANDMEMBER s
a< "a"
a> SRANDMEMBER s 0
a< []
a> SRANDMEMBER s 5
a< ["a"]
a> SRANDMEMBER s -3
a< ["a" "a" "a"]
a> SADD s b 1 2
a< 3
a> SRANDMEMBER s 4
a< ~unordered ["a" "b" "1" "2"]
a> SRANDMEMBER s 2
a< [<str> <str>]
a> SRANDMEMBER s -5
a< [<str> <str> <str> <str> <str>]
a> SADD i 1 2 3
a< 3
a> SRANDMEMBER i 9
a< ["1" "2" "3"]
a> SRANDMEMBER i 1
a< [<str>]
a> SCARD i
a< 3
resp3 b
b> SRANDMEMBER s 1
b< [<str>]
b> SRANDMEMBER s 4
b< ~unordered ["a" "b" "1" "2"]
b> SRANDMEMBER none
b< nil
b> SRANDMEMBER none 2
b< []
# errors
a> SRANDMEMBER s x
a< (error) ERR value is not an integer or out of range
a> SRANDMEMBER s 99999999999999999999
a< (error) ERR value is not an integer or out of range
a> SRANDMEMBER s -9223372036854775808
a< (error) ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
a> SRANDMEMBER s 1 2
a< (error) ERR syntax error
a> SRANDMEMBER
a< (error) ERR wrong number of arguments for 'srandmember' command
a> SET k v
a< OK
a> SRANDMEMBER k
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SRANDMEMBER k 2
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> SRANDMEMBER k x
a< (error) ERR value is not an integer or out of range
only ours
# what nobody can be meant to read is refused
a> SRANDMEMBER s -16777217
a< (error) ERR value is out of range
end
