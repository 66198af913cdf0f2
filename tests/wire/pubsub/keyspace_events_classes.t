# Classes that have to be asked for: misses (m) and new keys (n).
oracle
config notify-keyspace-events KEmn$

# misses are those of reading commands
e> PSUBSCRIBE __key*@*__:*
e< ["psubscribe" "__key*@*__:*" 1]
a> GET k
a< nil
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "keymiss"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:keymiss" "k"]
a> SET k v
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "new"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:new" "k"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> SET k w
a< OK
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:k" "set"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:set" "k"]
a> GET k
a< *
a> MGET k x
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:x" "keymiss"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:keymiss" "x"]
a> STRLEN y
a< 0
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:y" "keymiss"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:keymiss" "y"]
a> GETRANGE z 0 1
a< *
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:z" "keymiss"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:keymiss" "z"]
a> EXISTS k q
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:q" "keymiss"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:keymiss" "q"]
a> TTL q
a< -2
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:q" "keymiss"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:keymiss" "q"]
a> TYPE q
a< none
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:q" "keymiss"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:keymiss" "q"]
a> DEL q
a< 0
a> APPEND n x
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:n" "new"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:new" "n"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:n" "append"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:append" "n"]
a> SETRANGE m 0 x
a< 1
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:m" "new"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:new" "m"]
e< ["pmessage" "__key*@*__:*" "__keyspace@0__:m" "setrange"]
e< ["pmessage" "__key*@*__:*" "__keyevent@0__:setrange" "m"]

# the directive: letters in any order, shown in fixed order; an unknown one changes nothing
restart
p> CONFIG GET notify-keyspace-events
p< ["notify-keyspace-events" "$nKEm"]
p> CONFIG SET notify-keyspace-events KEA
p< OK
p> CONFIG GET notify-keyspace-events
p< ["notify-keyspace-events" "AKE"]
p> CONFIG SET notify-keyspace-events mEgg$lshzxetdK
p< OK
only oracle
p> CONFIG SET notify-keyspace-events AKEm
p< OK
end
only ours
p> CONFIG SET notify-keyspace-events rmEgg$lshzxetdK
p< OK
end
p> CONFIG GET notify-keyspace-events
p< ["notify-keyspace-events" "AKEm"]
p> CONFIG SET notify-keyspace-events KQ
only oracle
p< (error) ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') - Invalid event class character. Use 'Ag$lshzxeKEtmdn'.
end
only ours
p< (error) ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') - Invalid event class character. Use 'Ag$lshzxeKEtmdnocr'.
end
p> CONFIG GET notify-keyspace-events
p< ["notify-keyspace-events" "AKEm"]
p> CONFIG SET notify-keyspace-events ""
p< OK
e> PSUBSCRIBE __key*
e< ["psubscribe" "__key*" 1]
p> SET k v
p< OK
p> CONFIG SET notify-keyspace-events Eg
p< OK
p> SET k w
p< OK
p> DEL k
p< 1
e< ["pmessage" "__key*" "__keyevent@0__:del" "k"]
# classes without K or E tell nobody
p> CONFIG SET notify-keyspace-events g
p< OK
p> SET k v
p< OK
p> DEL k
p< 1
e> PING
e< ["pong" ""]

# overwritten values and changed types
only ours
restart
p> CONFIG SET notify-keyspace-events AKEnoc
p< OK
p> CONFIG GET notify-keyspace-events
p< ["notify-keyspace-events" "AnocKE"]
p> CONFIG SET notify-keyspace-events Eoc
p< OK
e> PSUBSCRIBE __key*
e< ["psubscribe" "__key*" 1]
p> XADD k 1-1 f v
p< "1-1"
p> SET k v
p< OK
e< ["pmessage" "__key*" "__keyevent@0__:overwritten" "k"]
e< ["pmessage" "__key*" "__keyevent@0__:type_changed" "k"]
end

# a subscriber with RESP3 is told of its own changes: after the reply
only ours
restart
resp3 a
a> PSUBSCRIBE __key*
a< >["psubscribe" "__key*" 1]
a> SET k v
a< OK
a< >["pmessage" "__key*" "__keyspace@0__:k" "new"]
a< >["pmessage" "__key*" "__keyevent@0__:new" "k"]
a< >["pmessage" "__key*" "__keyspace@0__:k" "set"]
a< >["pmessage" "__key*" "__keyevent@0__:set" "k"]
end
