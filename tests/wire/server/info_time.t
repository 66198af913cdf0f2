oracle
a> INFO
a< <str>
a> INFO server clients
a< <str>
a> INFO everything
a< <str>
a> INFO nosuch
a< ""
a> TIME
a< [<str> <str>]
a> TIME x
a< (error) ERR wrong number of arguments for 'time' command
a> LASTSAVE
a< <int>
a> SHUTDOWN ABORT
a< (error) ERR No shutdown in progress.
a> SHUTDOWN SAVE NOSAVE
a< (error) ERR syntax error
a> SHUTDOWN ABORT NOW
a< (error) ERR syntax error
a> OBJECT HELP
a< *
