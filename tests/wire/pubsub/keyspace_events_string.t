# Events of strings. Both channels: the key one says what, the event one says which.
oracle
config notify-keyspace-events KEA

# what a change is called
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> SET k v XX
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> SET k v NX
a< nil
a> GET k
a< *
a> APPEND k x
a< 2
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "append"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:append" "k"]
a> APPEND new x
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:new" "append"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:append" "new"]
a> SETRANGE k 1 abc
a< 4
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "setrange"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:setrange" "k"]
a> SETRANGE k 0 ""
a< 4
a> GETSET k 1
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> INCR k
a< 2
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "incrby"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:incrby" "k"]
a> INCRBY k 5
a< 7
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "incrby"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:incrby" "k"]
a> DECR k
a< 6
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "incrby"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:incrby" "k"]
a> DECRBY k 2
a< 4
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "incrby"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:incrby" "k"]
a> INCRBYFLOAT k 0.5
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "incrbyfloat"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:incrbyfloat" "k"]
a> STRLEN k
a< 3
restart
# a time to live is an event of its own
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> SET k v EX 100
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> SETEX k 100 v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> PSETEX k 100000 v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> SET k v KEEPTTL
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> GETEX k
a< *
a> GETEX k EX 50
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> GETEX k PERSIST
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "persist"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:persist" "k"]
a> GETDEL k
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "k"]
a> GETDEL k
a< nil
a> SETNX k v
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> SETNX k v
a< 0
a> SET k v PX 1000000
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
restart
# several keys
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> MSET a 1 b 2
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:a" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "a"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:b" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "b"]
a> MSETNX a 1 c 2
a< 0
a> MSETNX c 1 d 2
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:c" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "c"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:d" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "d"]
a> MGET a b
a< *
a> DEL a b nothing
a< 2
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:a" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "a"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:b" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "b"]
restart
# a failing command tells nothing
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> SET k text
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> INCR k
a< (error) ERR value is not an integer or out of range
a> SETRANGE k -1 x
a< (error) ERR offset is out of range
a> SET k v EX 0
a< (error) ERR invalid expire time in 'set' command
a> LPUSH k x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
