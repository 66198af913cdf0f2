# SPUBLISH: to the subscribers of a shard channel.
oracle
p> SPUBLISH c m
p< 0
p> SPUBLISH c
p< (error) ERR wrong number of arguments for 'spublish' command
a> SUBSCRIBE c
a< ["subscribe" "c" 1]
b> SSUBSCRIBE c
b< ["ssubscribe" "c" 1]
p> SPUBLISH c m
p< 1
b< ["smessage" "c" "m"]
p> PUBLISH c n
p< 1
a< ["message" "c" "n"]

restart
resp3 a
a> SSUBSCRIBE c
a< >["ssubscribe" "c" 1]
only ours
a> SPUBLISH c m
a< 1
a< >["smessage" "c" "m"]
end
