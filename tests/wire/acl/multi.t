# In MULTI a call is checked when it is queued and again when it runs
a> ACL SETUSER u on nopass +@all ~k
a< OK
b> AUTH u x
b< OK
b> MULTI
b< OK
b> SET other x
b< (error) NOPERM No permissions to access a key
b> SET k x
b< QUEUED
b> EXEC
b< (error) EXECABORT Transaction discarded because of previous errors.
b> MULTI
b< OK
b> SET k x
b< QUEUED
b> GET k
b< QUEUED
b> PING
b< QUEUED
a> ACL SETUSER u -set resetkeys ~z
a< OK
b> EXEC
b< [(error) "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: no permission to execute the command or subcommand" (error) "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: no permission to touch the specified keys" PONG]
a> ACL LOG RESET
a< OK
b> MULTI
b< OK
b> GET k
b< (error) NOPERM No permissions to access a key
b> DISCARD
b< OK
a> ACL LOG
a< [["count" 1 "reason" "key" "context" "multi" "object" "k" "username" "u" "age-seconds" <str> "client-info" <str> "entry-id" <int> "timestamp-created" <int> "timestamp-last-updated" <int>]]
a> ACL DELUSER u
a< 1
