# REPLCONF: what a replica says of itself before it asks for the stream.
oracle
a> REPLCONF
a< OK
a> REPLCONF listening-port 6380
a< OK
a> REPLCONF ip-address 10.0.0.1 capa eof capa psync2 capa of-the-future
a< OK
a> REPLCONF listening-port
a< (error) ERR syntax error
a> REPLCONF listening-port x
a< (error) ERR value is not an integer or out of range
a> REPLCONF rdb-only x
a< (error) ERR value is not an integer or out of range
a> REPLCONF rdb-only 0
a< OK
a> REPLCONF rdb-filter-only nonsense
a< (error) ERR Unsupported rdb-filter-only option: nonsense
a> REPLCONF rdb-filter-only ""
a< OK
a> REPLCONF colour blue
a< (error) ERR Unrecognized REPLCONF option: colour
# Who is no replica acknowledges nothing, and nobody answers.
a> REPLCONF ACK 100
a< (nothing)
a> REPLCONF GETACK *
a< (nothing)
a> PING
a< PONG
# What was said so far makes nobody a replica.
a> CLIENT LIST TYPE replica
a< ""
