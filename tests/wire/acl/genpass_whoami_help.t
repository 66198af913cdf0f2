oracle
a> ACL WHOAMI
a< "default"
a> ACL WHOAMI x
a< (error) ERR wrong number of arguments for 'acl|whoami' command
a> ACL GENPASS 0
a< (error) ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096
a> ACL GENPASS 4097
a< (error) ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096
a> ACL GENPASS x
a< (error) ERR value is not an integer or out of range
a> ACL GENPASS
a< $p=<str>
a> STRLEN k
a< 0
a> ACL GENPASS 5
a< <str>
a> SET k $p
a< OK
a> STRLEN k
a< 64
a> ACL HELP
a< *
a> ACL NOSUCH
a< (error) ERR unknown subcommand 'NOSUCH'. Try ACL HELP.
a> ACL
a< (error) ERR wrong number of arguments for 'acl' command
