oracle
# DEBUG as test suites use it.
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
a> DEBUG SLEEP 0
a< OK
a> DEBUG STRINGMATCH-LEN 10 *a
a< *
a> DEBUG DIGEST
a< <str>
a> DEBUG DIGEST-VALUE nosuch
a< [<str>]
a> DEBUG OBJECT nosuch
a< (error) ERR no such key
a> DEBUG LOG hello
a< OK
a> DEBUG POPULATE 3 p 10
a< OK
a> DBSIZE
a< 3
a> STRLEN p:0
a< 10
a> DEBUG OBJECT p:0
a< *
a> DEBUG HTSTATS 0
a< <str>
a> DEBUG HTSTATS 99
a< (error) ERR Out of range database
a> DEBUG PROTOCOL integer
a< 12345
a> DEBUG PROTOCOL string
a< "Hello World"
a> DEBUG PROTOCOL array
a< [0 1 2]
a> DEBUG PROTOCOL null
a< nil
resp3 b
b> DEBUG PROTOCOL map
b< {0 #f 1 #t 2 #f}
b> DEBUG PROTOCOL set
b< ~[0 1 2]
b> DEBUG PROTOCOL double
b< ,3.141
b> DEBUG PROTOCOL true
b< #t
b> DEBUG PROTOCOL verbatim
b< "This is a verbatim\x0astring"
b> DEBUG PROTOCOL bignum
b< 1234567999999999999999999999999999999
b> DEBUG PROTOCOL attrib
b< "Some real reply following the attribute"
a> DEBUG QUICKLIST-PACKED-THRESHOLD 100
a< OK
a> DEBUG HELP
a< *
only ours
a> DEBUG PAUSE-CRON 1
a< OK
a> DEBUG PAUSE-CRON 0
a< OK
a> DEBUG DICT-RESIZING 1
a< OK
end
a> DEBUG NOSUCH
a< (error) ERR unknown subcommand or wrong number of arguments for 'NOSUCH'. Try DEBUG HELP.
