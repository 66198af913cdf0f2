oracle
# Where memory is, and how much a key takes.
a> MEMORY USAGE nosuch
a< nil
a> MEMORY USAGE nosuch SAMPLES 3
a< nil
a> MEMORY USAGE nosuch SAMPLES -1
a< (error) ERR syntax error
a> MEMORY USAGE nosuch SAMPLES
a< (error) ERR syntax error
a> MEMORY USAGE nosuch SAMPLES x
a< (error) ERR value is not an integer or out of range
a> MEMORY USAGE nosuch BOGUS 1
a< (error) ERR syntax error
a> MEMORY USAGE
a< (error) ERR wrong number of arguments for 'memory|usage' command
a> SET k v
a< OK
a> MEMORY USAGE k
a< <int>
a> XADD s 1-1 f v
a< "1-1"
a> XGROUP CREATE s g 0
a< OK
a> MEMORY USAGE s SAMPLES 0
a< <int>
a> MEMORY DOCTOR
a< <str>
a> MEMORY PURGE
a< OK
a> MEMORY MALLOC-STATS
a< <str>
a> MEMORY STATS
a< *
a> MEMORY HELP
a< *
a> MEMORY BOGUS
a< (error) ERR unknown subcommand 'BOGUS'. Try MEMORY HELP.
a> INFO memory
a< <str>
resp3 a
a> MEMORY STATS
a< *
a> MEMORY DOCTOR
a< <str>
a> MEMORY USAGE nosuch
a< nil
