oracle
a> HRANDFIELD h
a< nil
a> HRANDFIELD h 3
a< []
a> HRANDFIELD h 3 WITHVALUES
a< []
a> HSET h a 1
a< 1
a> HRANDFIELD h
a< "a"
a> HRANDFIELD h 0
a< []
a> HRANDFIELD h 5
a< ["a"]
a> HRANDFIELD h -3
a< ["a" "a" "a"]
a> HRANDFIELD h 1 WITHVALUES
a< ["a" "1"]
a> HRANDFIELD h -2 withvalues
a< ["a" "1" "a" "1"]
resp3 b
b> HRANDFIELD h -2 WITHVALUES
b< [["a" "1"] ["a" "1"]]
b> HRANDFIELD h 4
b< ["a"]
b> HRANDFIELD nokey
b< nil
b> HRANDFIELD nokey 2 WITHVALUES
b< []
# different ones, in both forms
a> HSET h b 2 c 3
a< 2
a> HRANDFIELD h 3
a< ~unordered ["a" "b" "c"]
a> HRANDFIELD h 10 WITHVALUES
a< ["a" "1" "b" "2" "c" "3"]
a> CONFIG SET hash-max-listpack-entries 2
a< OK
a> HSET h d 4
a< 1
a> HRANDFIELD h 10
a< ~unordered ["a" "b" "c" "d"]
a> HRANDFIELD h 1
a< [<str>]
a> HRANDFIELD h -2
a< [<str> <str>]
# errors
a> HRANDFIELD h x
a< (error) ERR value is not an integer or out of range
a> HRANDFIELD h 1 VALUES
a< (error) ERR syntax error
a> HRANDFIELD h 1 WITHVALUES x
a< (error) ERR syntax error
a> HRANDFIELD h 9223372036854775807 WITHVALUES
a< (error) ERR value is out of range
a> HRANDFIELD h -9223372036854775808
a< (error) ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
a> HRANDFIELD
a< (error) ERR wrong number of arguments for 'hrandfield' command
a> SET s x
a< OK
a> HRANDFIELD s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> HRANDFIELD s 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
only ours
# what nobody can be meant to read is refused
a> HRANDFIELD h -16777217
a< (error) ERR value is out of range
# expired fields are removed first
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> HSET t x 1
a< 1
a> HSETEX t PX 1 FIELDS 2 y 1 z 1
a< 1
wait 2000 HTTL t FIELDS 1 y -> [-2]
a> HRANDFIELD t 5
a< ["x"]
a> HLEN t
a< 1
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
end
