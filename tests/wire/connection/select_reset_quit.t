oracle
a> SET k 0
a< OK
a> SELECT 9
a< OK
a> GET k
a< nil
a> SET k 9
a< OK
a> SELECT 16
a< (error) ERR DB index is out of range
a> SELECT -1
a< (error) ERR DB index is out of range
a> SELECT x
a< (error) ERR value is not an integer or out of range
a> GET k
a< "9"
a> CLIENT SETNAME me
a< OK
resp3 a
a> RESET
a< RESET
a> GET k
a< "0"
a> CLIENT GETNAME
a< nil
a> RESET x
a< (error) ERR wrong number of arguments for 'reset' command
a> QUIT
a< OK
closed a
