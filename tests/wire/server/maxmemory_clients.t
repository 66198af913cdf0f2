oracle
# What the directive takes: bytes with a unit, or percent of maxmemory.
a> CONFIG GET maxmemory-clients
a< ["maxmemory-clients" "0"]
a> CONFIG SET maxmemory-clients 10MB
a< OK
a> CONFIG GET maxmemory-clients
a< ["maxmemory-clients" "10485760"]
a> CONFIG SET maxmemory-clients 5%
a< OK
a> CONFIG GET maxmemory-clients
a< ["maxmemory-clients" "5%"]
a> CONFIG SET maxmemory-clients 100%
a< OK
a> CONFIG SET maxmemory-clients 101%
a< (error) ERR CONFIG SET failed (possibly related to argument 'maxmemory-clients') - percentage argument must be less or equal to 100
a> CONFIG SET maxmemory-clients -5
a< (error) ERR CONFIG SET failed (possibly related to argument 'maxmemory-clients') - argument must be a memory or percent value
a> CONFIG SET maxmemory-clients -5%
a< (error) ERR CONFIG SET failed (possibly related to argument 'maxmemory-clients') - argument must be a memory or percent value
a> CONFIG SET maxmemory-clients 1.5%
a< (error) ERR CONFIG SET failed (possibly related to argument 'maxmemory-clients') - argument must be a memory or percent value
a> CONFIG SET maxmemory-clients %
a< (error) ERR CONFIG SET failed (possibly related to argument 'maxmemory-clients') - argument must be a memory or percent value
a> CONFIG GET maxmemory-clients
a< ["maxmemory-clients" "100%"]
a> CONFIG SET maxmemory-clients 0%
a< OK
a> CONFIG GET maxmemory-clients
a< ["maxmemory-clients" "0"]
# The smallest limit in force is 128 KiB, so that whoever set it can take it back.
a> CONFIG SET maxmemory-clients 1
a< OK
a> CONFIG GET maxmemory-clients
a< ["maxmemory-clients" "1"]
a> CONFIG SET maxmemory-clients 0
a< OK
