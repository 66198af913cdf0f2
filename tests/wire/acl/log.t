# ACL LOG: what was refused; the same again within a minute counts only
a> ACL LOG RESET
a< OK
a> ACL LOG
a< []
a> ACL SETUSER u on >pw +get ~k
a< OK
b> AUTH u wrong
b< (error) WRONGPASS invalid username-password pair or user is disabled.
b> AUTH u wrong
b< (error) WRONGPASS invalid username-password pair or user is disabled.
b> HELLO 3 AUTH nosuch pw
b< (error) WRONGPASS invalid username-password pair or user is disabled.
b> AUTH u pw
b< OK
b> GET x
b< (error) NOPERM No permissions to access a key
b> SET k v
b< (error) NOPERM User u has no permissions to run the 'set' command
a> ACL LOG
a< [["count" 1 "reason" "command" "context" "toplevel" "object" "set" "username" "u" "age-seconds" <str> "client-info" <str> "entry-id" <int> "timestamp-created" <int> "timestamp-last-updated" <int>] ["count" 1 "reason" "key" "context" "toplevel" "object" "x" "username" "u" "age-seconds" <str> "client-info" <str> "entry-id" <int> "timestamp-created" <int> "timestamp-last-updated" <int>] ["count" 1 "reason" "auth" "context" "toplevel" "object" "HELLO" "username" "nosuch" "age-seconds" <str> "client-info" <str> "entry-id" <int> "timestamp-created" <int> "timestamp-last-updated" <int>] ["count" 2 "reason" "auth" "context" "toplevel" "object" "AUTH" "username" "u" "age-seconds" <str> "client-info" <str> "entry-id" <int> "timestamp-created" <int> "timestamp-last-updated" <int>]]
a> ACL LOG 0
a< []
a> ACL LOG x
a< (error) ERR value is not an integer or out of range
a> ACL LOG 1 2
a< (error) ERR unknown subcommand or wrong number of arguments for 'LOG'. Try ACL HELP.
a> CONFIG SET acllog-max-len 2
a< OK
a> ACL LOG 10
a< [* *]
a> CONFIG SET acllog-max-len 0
a< OK
b> GET x
b< (error) NOPERM No permissions to access a key
a> ACL LOG
a< []
resp3 r
a> CONFIG SET acllog-max-len 128
a< OK
b> GET x
b< (error) NOPERM No permissions to access a key
r> ACL LOG
r< [{"count" 1 "reason" "key" "context" "toplevel" "object" "x" "username" "u" "age-seconds" * "client-info" <str> "entry-id" <int> "timestamp-created" <int> "timestamp-last-updated" <int>}]
a> ACL LOG reset
a< OK
a> ACL DELUSER u
a< 1
