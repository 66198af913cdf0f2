oracle
a> XADD
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD s
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD s *
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD s * a
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD s * a 1 b
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD s NOMKSTREAM * a
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD s MAXLEN 5 *
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD s MAXLEN 5 * a
a< (error) ERR wrong number of arguments for 'xadd' command
# IDs
a> XADD s 0 a 1
a< (error) ERR The ID specified in XADD must be greater than 0-0
a> XADD s 0-0 a 1
a< (error) ERR The ID specified in XADD must be greater than 0-0
a> XADD s x a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s "" a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s - a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s + a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s $ a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s > a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s ** a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s *-1 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 5- a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s -5 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 1-2-3 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 1--2 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 1-x a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 1.5 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s (1-0 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 1-** a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 18446744073709551616 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 1-18446744073709551616 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s 0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001-0 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
# an unknown option stands where the ID would
a> XADD s SOME 1-0 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s NOMKSTREAM SOME 1-0 a 1
a< (error) ERR Invalid stream ID specified as stream command argument
# trimming options
a> XADD s MAXLEN x * a 1
a< (error) ERR value is not an integer or out of range
a> XADD s MAXLEN 1.5 * a 1
a< (error) ERR value is not an integer or out of range
a> XADD s MAXLEN 9223372036854775808 * a 1
a< (error) ERR value is not an integer or out of range
a> XADD s MAXLEN ~ x * a 1
a< (error) ERR value is not an integer or out of range
a> XADD s MAXLEN = x * a 1
a< (error) ERR value is not an integer or out of range
a> XADD s MAXLEN -1 * a 1
a< (error) ERR The MAXLEN argument must be >= 0.
a> XADD s MAXLEN ~ -1 * a 1
a< (error) ERR The MAXLEN argument must be >= 0.
a> XADD s MINID x * a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s MINID - * a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s MINID (1 * a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s MINID ~ = * a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s MAXLEN 1 MINID 1 * a 1
a< (error) ERR syntax error, MAXLEN and MINID options at the same time are not compatible
a> XADD s MINID 1 MAXLEN 1 * a 1
a< (error) ERR syntax error, MAXLEN and MINID options at the same time are not compatible
a> XADD s MAXLEN ~ 1 LIMIT x * a 1
a< (error) ERR value is not an integer or out of range
a> XADD s MAXLEN ~ 1 LIMIT -1 * a 1
a< (error) ERR The LIMIT argument must be >= 0.
a> XADD s LIMIT 5 * a 1
a< (error) ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
a> XADD s LIMIT 0 * a 1
a< (error) ERR syntax error, LIMIT cannot be used without the special ~ option
a> XADD s MAXLEN 10 LIMIT 5 * a 1
a< (error) ERR syntax error, LIMIT cannot be used without the special ~ option
a> XADD s MAXLEN = 10 LIMIT 5 * a 1
a< (error) ERR syntax error, LIMIT cannot be used without the special ~ option
a> XADD s MINID = 1 LIMIT 0 * a 1
a< (error) ERR syntax error, LIMIT cannot be used without the special ~ option
# nothing was made
a> EXISTS s
a< 0
# the order of the checks
a> SET text x
a< OK
a> XADD text * a 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XADD text NOMKSTREAM * a 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XADD text 0-0 a 1
a< (error) ERR The ID specified in XADD must be greater than 0-0
a> XADD text x a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD text * a
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD text LIMIT 1 0-0 a
a< (error) ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
a> XADD none NOMKSTREAM 0-0 a 1
a< (error) ERR The ID specified in XADD must be greater than 0-0
a> XADD none NOMKSTREAM x a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> GET text
a< "x"
only ours
a> XADD s "1-0\x00" a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s MAXLEN 1 MAXLEN 2 * a 1
a< (error) ERR syntax error, MAXLEN and MINID options at the same time are not compatible
a> XADD s KEEPREF DELREF * a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s ACKED ACKED * a 1
a< (error) ERR Invalid stream ID specified as stream command argument
a> XADD s IDMP p i IDMP p i * a 1
a< (error) ERR syntax error, IDMP/IDMPAUTO specified multiple times
a> XADD s IDMP p i IDMPAUTO p * a 1
a< (error) ERR syntax error, IDMP/IDMPAUTO specified multiple times
a> XADD s IDMPAUTO p IDMPAUTO p * a 1
a< (error) ERR syntax error, IDMP/IDMPAUTO specified multiple times
a> XADD s IDMPAUTO p IDMP p i * a 1
a< (error) ERR syntax error, IDMP/IDMPAUTO specified multiple times
a> XADD s IDMP "" i * a 1
a< (error) ERR syntax error, IDMP requires a non-empty producer ID
a> XADD s IDMP p "" * a 1
a< (error) ERR syntax error, IDMP requires a non-empty idempotent ID
a> XADD s IDMPAUTO "" * a 1
a< (error) ERR syntax error, IDMPAUTO requires a non-empty producer ID
a> XADD s IDMP p i 5-1 a 1
a< (error) ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs
a> XADD s IDMP p i 5-* a 1
a< (error) ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs
a> XADD s IDMPAUTO p 5-1 a 1
a< (error) ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs
a> XADD s IDMP p i 0-0 a
a< (error) ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs
a> XADD s LIMIT 1 IDMP p i 5-1 a 1
a< (error) ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
a> XADD s IDMP p i * a
a< (error) ERR wrong number of arguments for 'xadd' command
a> XADD text IDMP p i * a 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> EXISTS s
a< 0
end
