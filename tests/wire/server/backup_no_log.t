# a server without a log can be backed up, and begins with one when it is told to meanwhile
config appendonly no
a> SET k v
a< OK
a> BACKUP START
a< OK
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> BGREWRITEAOF
a< (error) ERR There is no log to rewrite: appendonly is 'no'
a> SET k2 v
a< OK
a> BACKUP LIST
a< [<str>]
a> BACKUP SEAL
a< OK
a> BACKUP LIST
a< [<str> <str> <str>]
a> BACKUP CLEANUP
a< OK

# appendonly is switched on in the midst of it: the backup goes on
a> BACKUP START
a< OK
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> CONFIG SET appendonly yes
a< OK
a> SET k3 v
a< OK
a> BACKUP SEAL
a< OK
a> BACKUP CLEANUP
a< OK

# and switched off: what a backup of that log still has to get is gone
a> BACKUP START
a< OK
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> CONFIG SET appendonly no
a< OK
a> BACKUP STATUS
a< ["state" "failed" "error" "appendonly is stopped" "start_time" <int> "end_time" 0]
wait 10000 BACKUP START -> OK
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> BACKUP ABORT
a< OK
a> BACKUP CLEANUP
a< OK
