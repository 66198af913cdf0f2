# Events of streams and their groups.
oracle
config notify-keyspace-events KEA

# entries
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> XADD s 1-1 f v
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xadd"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xadd" "s"]
a> XADD s NOMKSTREAM 1-2 f v
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xadd"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xadd" "s"]
a> XADD t NOMKSTREAM 1-1 f v
a< nil
a> XADD s MAXLEN 2 1-3 f v
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xadd"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xadd" "s"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xtrim"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xtrim" "s"]
a> XTRIM s MAXLEN 1
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xtrim"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xtrim" "s"]
a> XTRIM s MAXLEN 1
a< 0
a> XDEL s 1-3
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xdel"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xdel" "s"]
a> XDEL s 1-3
a< 0
a> XSETID s 9-9
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xsetid"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xsetid" "s"]
a> XLEN s
a< 0
a> DEL s
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "del"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:del" "s"]
restart
# groups
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> XGROUP CREATE s g $ MKSTREAM
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-create"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-create" "s"]
a> XGROUP CREATE s h $
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-create"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-create" "s"]
a> XGROUP CREATECONSUMER s g c
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-createconsumer"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-createconsumer" "s"]
a> XGROUP CREATECONSUMER s g c
a< 0
a> XADD s 1-1 f v
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xadd"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xadd" "s"]
a> XREADGROUP GROUP g c STREAMS s >
a< *
a> XREADGROUP GROUP g c2 STREAMS s >
a< *
a> XCLAIM s g c3 0 1-1
a< *
# a consumer made on the way is told of by newer servers
only ours
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-createconsumer"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-createconsumer" "s"]
end
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-createconsumer"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-createconsumer" "s"]
a> XACK s g 1-1
a< 1
a> XGROUP SETID s g 0
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-setid"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-setid" "s"]
a> XGROUP DELCONSUMER s g c
a< 0
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-delconsumer"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-delconsumer" "s"]
a> XGROUP DESTROY s h
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:s" "xgroup-destroy"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:xgroup-destroy" "s"]
a> XGROUP DESTROY s h
a< 0
