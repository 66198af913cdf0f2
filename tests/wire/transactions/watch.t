oracle
# EXEC gives null if a watched key changed after WATCH.
a> WATCH
a< (error) ERR wrong number of arguments for 'watch' command
a> SET k 1
a< OK
a> WATCH k
a< OK
a> MULTI
a< OK
a> SET k 2
a< QUEUED
a> EXEC
a< [OK]
a> WATCH k
a< OK
b> SET k 3
b< OK
a> MULTI
a< OK
a> SET k 4
a< QUEUED
a> EXEC
a< nil-array
a> GET k
a< "3"
# EXEC forgets what was watched.
b> SET k 5
b< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< ["5"]
# Also between MULTI and EXEC, with several keys, missing ones too, one named twice.
a> WATCH k missing k
a< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
b> LPUSH missing x
b< 1
a> GET k
a< QUEUED
a> EXEC
a< nil-array
# The own change between WATCH and EXEC counts, the same value as well, a read and a failed write not.
a> WATCH k
a< OK
a> SET k 5
a< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> WATCH k
a< OK
a> GET k
a< "5"
a> LPUSH k x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
b> SETNX k 9
b< 0
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< ["5"]
# Not inside MULTI; the transaction goes on.
a> MULTI
a< OK
a> WATCH k
a< (error) ERR WATCH inside MULTI is not allowed
a> GET k
a< QUEUED
a> EXEC
a< ["5"]
# A key is watched in the database that was selected.
a> WATCH k
a< OK
b> SELECT 1
b< OK
b> SET k other
b< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> EXEC
a< ["5"]
a> WATCH k
a< OK
a> SELECT 1
a< OK
b> SELECT 0
b< OK
b> SET k 6
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> SELECT 0
a< OK
# Deleting, renaming onto and away, expiry set, moving away.
a> WATCH k
a< OK
b> DEL k
b< 1
a> MULTI
a< OK
a> EXEC
a< nil-array
a> SET from 1
a< OK
a> WATCH to
a< OK
b> RENAME from to
b< OK
a> MULTI
a< OK
a> EXEC
a< nil-array
a> WATCH to
a< OK
b> EXPIRE to 1000
b< 1
a> MULTI
a< OK
a> EXEC
a< nil-array
a> WATCH to
a< OK
b> MOVE to 2
b< 1
a> MULTI
a< OK
a> EXEC
a< nil-array
# A refused command beats a changed key.
a> WATCH k
a< OK
b> SET k 1
b< OK
a> MULTI
a< OK
a> BOGUS
a< (error) ERR unknown command 'BOGUS', with args beginning with:...
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.
# The null of RESP3.
resp3 a
a> WATCH k
a< OK
b> SET k 2
b< OK
a> MULTI
a< OK
a> EXEC
a< nil
