# Events of commands for all types.
oracle
config notify-keyspace-events KEA

# del, unlink, rename, copy, move
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> DEL k
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "k"]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> UNLINK k
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "k"]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> RENAME k k2
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "rename_from"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:rename_from" "k"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k2" "rename_to"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:rename_to" "k2"]
a> RENAME k2 k2
a< OK
a> RENAMENX k2 k3
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k2" "rename_from"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:rename_from" "k2"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k3" "rename_to"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:rename_to" "k3"]
a> COPY k3 k4
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k4" "copy_to"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:copy_to" "k4"]
a> SET k5 x
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k5" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k5"]
a> COPY k3 k5
a< 0
a> COPY k3 k5 REPLACE
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k5" "copy_to"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:copy_to" "k5"]
a> RENAME k3 k5
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k3" "rename_from"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:rename_from" "k3"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k5" "rename_to"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:rename_to" "k5"]
a> MOVE k5 1
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k5" "move_from"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:move_from" "k5"]
e< ["pmessage" "__key*@*__:*" "__keyspace@1__:k5" "move_to"]
e< ["pmessage" "__key*@*__:*" "__keyevent@1__:move_to" "k5"]
a> SELECT 1
a< OK
a> DEL k5
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@1__:k5" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@1__:del" "k5"]
restart
# expire
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> EXPIRE k 100
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> EXPIRE k 50 GT
a< 0
a> PEXPIRE k 100000
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> EXPIREAT k 99999999999
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> PEXPIREAT k 99999999999999
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "expire"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:expire" "k"]
a> PERSIST k
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "persist"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:persist" "k"]
a> PERSIST k
a< 0
a> EXPIRE k 100 XX
a< 0
a> EXPIRE k -1
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "k"]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> PEXPIREAT k 1
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "k"]
a> TOUCH k
a< 0
a> EXPIRE none 5
a< 0
restart
# flushes name no key
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> FLUSHDB
a< OK
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> FLUSHALL
a< OK
a> SWAPDB 0 1
a< OK
