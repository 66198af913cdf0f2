# Keys that expire or are evicted tell so, in their own database.
oracle
config notify-keyspace-events Ex
e> PSUBSCRIBE __key*
e< ["psubscribe" "__key*" 1]
a> SELECT 2
a< OK
a> SET k v PX 30
a< OK
wait 5000 DBSIZE -> 0
e< ["pmessage" "__key*" "__keyevent@2__:expired" "k"]
