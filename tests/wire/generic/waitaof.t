# WAITAOF: syncing here and on replicas' disks.
config appendonly yes
config appendfsync always
a> SET k v
a< OK
a> WAITAOF 1 0 0
a< [1 0]
a> WAITAOF 1 1 1
a< [1 0]
a> WAITAOF 0 0 0
a< [1 0]
a> MULTI
a< OK
a> WAITAOF 1 1 0
a< QUEUED
a> EXEC
a< [[1 0]]
a> WAITAOF 2 0 0
a< (error) ERR value is out of range, value must between 0 and 1
a> WAITAOF x 0 0
a< (error) ERR value is not an integer or out of range
a> WAITAOF 1 -1 0
a< (error) ERR value is out of range, must be positive
a> WAITAOF 1 0 -1
a< (error) ERR timeout is negative
a> WAITAOF 1 0
a< (error) ERR wrong number of arguments for 'waitaof' command
a> CONFIG SET appendonly no
a< OK
a> WAITAOF 1 0 0
a< (error) ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.
a> WAITAOF 0 0 0
a< [0 0]
a> CONFIG SET appendonly yes
a< OK
