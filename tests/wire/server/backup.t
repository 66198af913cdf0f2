# the states of a backup, and which command may be used in which of them
a> BACKUP
a< (error) ERR wrong number of arguments for 'backup' command
a> BACKUP nosuch
a< (error) ERR unknown subcommand 'nosuch'. Try BACKUP HELP.
a> BACKUP START now
a< (error) ERR wrong number of arguments for 'backup|start' command
a> BACKUP HELP
a< *

# idle
a> BACKUP STATUS
a< ["state" "idle" "error" "" "start_time" 0 "end_time" 0]
a> BACKUP LIST
a< []
a> BACKUP SEAL
a< (error) ERR No backup ready to seal (must be in the incrementing state)
a> BACKUP ABORT
a< (error) ERR No backup in progress
a> BACKUP CLEANUP
a< OK
a> CONFIG SET backupdirname other
a< (error) ERR CONFIG SET failed (possibly related to argument 'backupdirname') - can't set immutable config

# incrementing
a> SET k v
a< OK
wait 10000 BACKUP START -> OK
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> BACKUP START
a< (error) ERR A backup is already in progress, ABORT it first
a> BACKUP CLEANUP
a< (error) ERR Backup is in progress
a> BACKUP LIST
a< [<str>]

# sealed
a> SET k2 v
a< OK
a> BACKUP SEAL
a< OK
a> BACKUP STATUS
a< ["state" "sealed" "error" "" "start_time" <int> "end_time" <int>]
a> BACKUP LIST
a< [<str> <str> <str>]
a> BACKUP START
a< (error) ERR A sealed backup exists, CLEANUP it first
a> BACKUP SEAL
a< (error) ERR No backup ready to seal (must be in the incrementing state)
a> BACKUP ABORT
a< (error) ERR No backup in progress
a> BACKUP CLEANUP
a< OK
a> BACKUP STATUS
a< ["state" "idle" "error" "" "start_time" 0 "end_time" 0]
a> BACKUP LIST
a< []

# failed
wait 10000 BACKUP START -> OK
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> BACKUP ABORT
a< OK
a> BACKUP STATUS
a< ["state" "failed" "error" "aborted by user" "start_time" <int> "end_time" 0]
a> BACKUP LIST
a< []
a> BACKUP SEAL
a< (error) ERR No backup ready to seal (must be in the incrementing state)
a> BACKUP ABORT
a< (error) ERR No backup in progress
a> BACKUP START
a< OK
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> BACKUP ABORT
a< OK
a> BACKUP CLEANUP
a< OK
resp3 a
a> BACKUP STATUS
a< {"state" "idle" "error" "" "start_time" 0 "end_time" 0}
restart

# in a transaction
a> MULTI
a< OK
a> SET k v
a< QUEUED
a> BACKUP START
a< QUEUED
a> BACKUP STATUS
a< QUEUED
a> EXEC
a< [OK OK ["state" "pending" "error" "" "start_time" <int> "end_time" 0]]
wait 10000 BACKUP STATUS -> ["state" "incrementing" "error" "" "start_time" <int> "end_time" 0]
a> MULTI
a< OK
a> BACKUP SEAL
a< QUEUED
a> BACKUP STATUS
a< QUEUED
a> BACKUP LIST
a< QUEUED
a> BACKUP CLEANUP
a< QUEUED
a> EXEC
a< [OK ["state" "sealed" "error" "" "start_time" <int> "end_time" <int>] [<str> <str>] OK]
wait 10000 BACKUP CLEANUP -> OK
a> BACKUP STATUS
a< ["state" "idle" "error" "" "start_time" 0 "end_time" 0]
