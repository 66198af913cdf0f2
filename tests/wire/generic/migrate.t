# What needs no other server; tests/compat/migrate.py has the rest.
oracle
a> MIGRATE 127.0.0.1 1 none 0 100
a< NOKEY
a> MIGRATE 127.0.0.1 1 "" 0 100 COPY REPLACE KEYS a b
a< NOKEY
a> MIGRATE 127.0.0.1 1 "" 0 100 AUTH keys KEYS a b
a< NOKEY
a> MIGRATE 127.0.0.1 1 "" 0 100 AUTH2 keys keys KEYS a b
a< NOKEY
a> SET k v
a< OK
# nobody listens there
a> MIGRATE 127.0.0.1 1 k 0 100
a< (error) IOERR error or timeout writing to target instance
a> GET k
a< "v"
# commands sent behind it wait their turn
a> MIGRATE 127.0.0.1 1 "" 0 100 KEYS k none
a> GET k
a< (error) IOERR error or timeout writing to target instance
a< "v"
a> MULTI
a< OK
a> MIGRATE 127.0.0.1 1 k 0 100
a< QUEUED
a> GET k
a< QUEUED
a> EXEC
a< [(error) "IOERR error or timeout writing to target instance" "v"]
# errors
a> MIGRATE 127.0.0.1 1 k 0
a< (error) ERR wrong number of arguments for 'migrate' command
a> MIGRATE 127.0.0.1 1 k x 100
a< (error) ERR value is not an integer or out of range
a> MIGRATE 127.0.0.1 1 k 0 x
a< (error) ERR value is not an integer or out of range
a> MIGRATE 127.0.0.1 1 k 0 100 NOPE
a< (error) ERR syntax error
a> MIGRATE 127.0.0.1 1 k 0 100 AUTH
a< (error) ERR syntax error
a> MIGRATE 127.0.0.1 1 k 0 100 AUTH2 user
a< (error) ERR syntax error
a> MIGRATE 127.0.0.1 1 k 0 100 KEYS k
a< (error) ERR When using MIGRATE KEYS option, the key argument must be set to the empty string
