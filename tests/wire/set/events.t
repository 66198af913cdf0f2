oracle
a> CONFIG SET notify-keyspace-events KEA
a< OK
s> PSUBSCRIBE __keyevent@*
s< ["psubscribe" "__keyevent@*" 1]
a> SADD s a b c
a< 3
s< ["pmessage" "__keyevent@*" "__keyevent@0__:sadd" "s"]
a> SADD s a
a< 0
a> SMOVE s t a
a< 1
s< ["pmessage" "__keyevent@*" "__keyevent@0__:srem" "s"]
s< ["pmessage" "__keyevent@*" "__keyevent@0__:sadd" "t"]
a> SPOP t
a< "a"
s< ["pmessage" "__keyevent@*" "__keyevent@0__:spop" "t"]
s< ["pmessage" "__keyevent@*" "__keyevent@0__:del" "t"]
a> SREM s b c
a< 2
s< ["pmessage" "__keyevent@*" "__keyevent@0__:srem" "s"]
s< ["pmessage" "__keyevent@*" "__keyevent@0__:del" "s"]
a> SADD s 1 2
a< 2
s< ["pmessage" "__keyevent@*" "__keyevent@0__:sadd" "s"]
a> SUNIONSTORE d s
a< 2
s< ["pmessage" "__keyevent@*" "__keyevent@0__:sunionstore" "d"]
a> SINTERSTORE d s none
a< 0
s< ["pmessage" "__keyevent@*" "__keyevent@0__:del" "d"]
a> SPOP s 5
a< ["1" "2"]
s< ["pmessage" "__keyevent@*" "__keyevent@0__:spop" "s"]
s< ["pmessage" "__keyevent@*" "__keyevent@0__:del" "s"]
