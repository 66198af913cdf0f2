# Secrets, long arguments, names, transactions and blocked calls, as 8.10 shows them.
a> CLIENT SETNAME me
a< OK
a> CONFIG SET slowlog-log-slower-than 0
a< OK
a> SLOWLOG RESET
a< OK
a> AUTH user secret
a< (error) WRONGPASS invalid username-password pair or user is disabled.
a> HELLO 3 AUTH user secret SETNAME x
a< (error) WRONGPASS invalid username-password pair or user is disabled.
a> CONFIG SET maxmemory 0 requirepass "" hz 10
a< OK
a> MIGRATE 127.0.0.1 1 nosuch 0 10 COPY AUTH2 user secret
a< NOKEY
a> SLOWLOG GET 4
a< [[<int> <int> <int> ["MIGRATE" "127.0.0.1" "1" "nosuch" "0" "10" "COPY" "AUTH2" "(redacted)" "(redacted)"] <str> "me" 10] [<int> <int> <int> ["CONFIG" "SET" "maxmemory" "0" "requirepass" "(redacted)" "hz" "10"] <str> "me" 8] [<int> <int> <int> ["HELLO" "3" "AUTH" "(redacted)" "(redacted)" "SETNAME" "x"] <str> "me" 7] [<int> <int> <int> ["AUTH" "(redacted)" "(redacted)"] <str> "me" 3]]
# Names that look like options, and options that come twice, do not show a password.
a> HELLO 2 SETNAME auth AUTH user secret
a< (error) WRONGPASS invalid username-password pair or user is disabled.
a> HELLO 2 SETNAME keys AUTH user secret
a< (error) WRONGPASS invalid username-password pair or user is disabled.
a> MIGRATE 127.0.0.1 1 nosuch 0 10 AUTH auth2 AUTH2 user secret
a< NOKEY
a> MIGRATE 127.0.0.1 1 "" 0 10 AUTH keys KEYS nosuch auth x
a< NOKEY
a> SLOWLOG GET 4
a< [[<int> <int> <int> ["MIGRATE" "127.0.0.1" "1" "" "0" "10" "AUTH" "(redacted)" "KEYS" "nosuch" "auth" "x"] <str> "me" 12] [<int> <int> <int> ["MIGRATE" "127.0.0.1" "1" "nosuch" "0" "10" "AUTH" "(redacted)" "(redacted)" "(redacted)" "(redacted)"] <str> "me" 11] [<int> <int> <int> ["HELLO" "2" "SETNAME" "keys" "AUTH" "(redacted)" "(redacted)"] <str> "me" 7] [<int> <int> <int> ["HELLO" "2" "SETNAME" "auth" "AUTH" "(redacted)" "(redacted)"] <str> "me" 7]]
# Long calls are shortened.
a> CONFIG SET slowlog-entry-max-argc 3 slowlog-entry-max-string-len 4
a< OK
a> RPUSH list longer b c
a< 3
a> SLOWLOG GET 1
a< [[<int> <int> <int> ["RPUS... (1 more bytes)" "list" "... (3 more arguments)"] <str> "me" 5]]
a> CONFIG SET slowlog-entry-max-argc 2 slowlog-entry-max-string-len 16
a< OK
a> RPUSH list b c d
a< 6
a> SLOWLOG GET 1
a< [[<int> <int> <int> ["RPUSH" "... (4 more arguments)"] <str> "me" 5]]
a> CONFIG SET slowlog-entry-max-argc 1
a< (error) ERR CONFIG SET failed (possibly related to argument 'slowlog-entry-max-argc')...
a> CONFIG SET slowlog-entry-max-argc 32 slowlog-entry-max-string-len 128
a< OK
# Of a transaction the calls count, EXEC does not.
a> SLOWLOG RESET
a< OK
a> MULTI
a< OK
a> SET k v
a< QUEUED
a> GET k
a< QUEUED
a> EXEC
a< [OK "v"]
a> SLOWLOG GET
a< [[<int> <int> <int> ["GET" "k"] <str> "me" 2] [<int> <int> <int> ["SET" "k" "v"] <str> "me" 3] [<int> <int> <int> ["MULTI"] <str> "me" 1] [<int> <int> <int> ["SLOWLOG" "RESET"] <str> "me" 2]]
# A blocked call is noted once it has been served, with its own time.
b> CLIENT SETNAME other
b< OK
a> SLOWLOG RESET
a< OK
b> BLPOP q 0
blocked b
a> LPUSH q x
a< 1
b< ["q" "x"]
a> SLOWLOG GET 2
a< ~unordered [[<int> <int> <int> ["BLPOP" "q" "0"] <str> "other" 3] [<int> <int> <int> ["LPUSH" "q" "x"] <str> "me" 3]]
a> CONFIG SET slowlog-log-slower-than 10000
a< OK
a> SLOWLOG RESET
a< OK
# The figures in INFO.
a> CONFIG RESETSTAT
a< OK
a> INFO commandstats
a< *
a> HOTKEYS NOSUCH
a< (error) ERR unknown subcommand 'NOSUCH'. Try HOTKEYS HELP.
