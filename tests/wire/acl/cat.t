# ACL CAT
a> ACL CAT
a< ["keyspace" "read" "write" "set" "sortedset" "list" "hash" "string" "array" "bitmap" "hyperloglog" "geo" "stream" "pubsub" "admin" "fast" "slow" "blocking" "dangerous" "connection" "transaction" "scripting"]
a> ACL CAT transaction
a< ~unordered ["multi" "exec" "discard" "watch" "unwatch"]
a> ACL CAT TRANSACTION
a< ~unordered ["multi" "exec" "discard" "watch" "unwatch"]
a> ACL CAT nosuch
a< (error) ERR Unknown category 'nosuch'
a> ACL CAT a b
a< (error) ERR unknown subcommand or wrong number of arguments for 'CAT'. Try ACL HELP.
