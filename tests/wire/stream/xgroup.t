oracle
# CREATE: the key must be there, or be made
a> XGROUP CREATE s g $
a< (error) ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
a> XGROUP CREATE s g x MKSTREAM
a< (error) ERR Invalid stream ID specified as stream command argument
a> XGROUP CREATE s g $ MKSTREAM
a< OK
a> TYPE s
a< stream
a> XLEN s
a< 0
a> XGROUP CREATE s g 0
a< (error) BUSYGROUP Consumer Group name already exists
a> XGROUP CREATE s h 0 ENTRIESREAD x
a< (error) ERR value is not an integer or out of range
a> XGROUP CREATE s h 0 ENTRIESREAD -2
a< (error) ERR value for ENTRIESREAD must be positive or -1
a> XGROUP CREATE s h 0 ENTRIESREAD
a< (error) ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.
a> XGROUP CREATE s h 0 MKSTREAM ENTRIESREAD -1
a< OK
a> SET text x
a< OK
a> XGROUP CREATE text g 0
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> XGROUP CREATE s
a< (error) ERR wrong number of arguments for 'xgroup|create' command
a> XGROUP NOTHING s
a< (error) ERR unknown subcommand 'NOTHING'. Try XGROUP HELP.
a> XGROUP
a< (error) ERR wrong number of arguments for 'xgroup' command
# SETID: forward and back
a> XADD s 1-0 f a
a< "1-0"
a> XADD s 2-0 f b
a< "2-0"
a> XGROUP SETID s nope 0
a< (error) NOGROUP No such consumer group 'nope' for key name 's'
a> XGROUP SETID nokey g 0
a< (error) ERR The XGROUP subcommand requires the key to exist...
a> XGROUP SETID s g 1
a< OK
a> XREADGROUP GROUP g c STREAMS s >
a< [["s" [["2-0" ["f" "b"]]]]]
a> XGROUP SETID s g - ENTRIESREAD 0
a< OK
a> XREADGROUP GROUP g c COUNT 1 STREAMS s >
a< [["s" [["1-0" ["f" "a"]]]]]
a> XGROUP SETID s g $
a< OK
a> XREADGROUP GROUP g c STREAMS s >
a< nil-array
a> XGROUP SETID s g bad
a< (error) ERR Invalid stream ID specified as stream command argument
# consumers
a> XGROUP CREATECONSUMER s g d
a< 1
a> XGROUP CREATECONSUMER s g d
a< 0
a> XGROUP CREATECONSUMER s nope d
a< (error) NOGROUP No such consumer group 'nope' for key name 's'
a> XGROUP DELCONSUMER s g c
a< 2
a> XGROUP DELCONSUMER s g c
a< 0
a> XGROUP DELCONSUMER s nope c
a< (error) NOGROUP No such consumer group 'nope' for key name 's'
# DESTROY
a> XGROUP DESTROY s g
a< 1
a> XGROUP DESTROY s g
a< 0
a> XGROUP DESTROY nokey g
a< (error) ERR The XGROUP subcommand requires the key to exist...
a> XGROUP DESTROY text g
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
