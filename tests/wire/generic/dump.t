oracle
a> DUMP none
a< nil
a> SET s hello
a< OK
a> DUMP s
a< "\x00\x05hello\x0a\x00cr\xdfve4 \x0a"
# text that is a small integer takes its bytes
a> SET n 300
a< OK
a> DUMP n
a< $n=<str>
a> DEL n
a< 1
a> RESTORE n 0 $n
a< OK
a> GET n
a< "300"
# nothing of a key but its value: no time, no name
a> SET t hello EX 1000
a< OK
a> DUMP t
a< "\x00\x05hello\x0a\x00cr\xdfve4 \x0a"
# reading it is a read
a> DUMP
a< (error) ERR wrong number of arguments for 'dump' command
a> DUMP a b
a< (error) ERR wrong number of arguments for 'dump' command
restart
resp3 a
a> DUMP none
a< nil
