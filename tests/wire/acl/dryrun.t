# ACL DRYRUN
a> ACL SETUSER u +get +set +config|get %R~r:* %W~w:* &c* +publish +psubscribe (+del ~z)
a< OK
a> ACL DRYRUN nosuch GET k
a< (error) ERR User 'nosuch' not found
a> ACL DRYRUN u nosuch k
a< (error) ERR Command 'nosuch' not found
a> ACL DRYRUN u config nosuch
a< (error) ERR Command 'config' not found
a> ACL DRYRUN u GET
a< (error) ERR wrong number of arguments for 'get' command
a> ACL DRYRUN u GET r:1
a< OK
a> ACL DRYRUN u GET w:1
a< "User u has no permissions to access the 'w:1' key"
a> ACL DRYRUN u SET w:1 v
a< OK
a> ACL DRYRUN u SET w:1 v GET
a< "User u has no permissions to access the 'w:1' key"
a> ACL DRYRUN u SET w:1 v IFEQ x
a< "User u has no permissions to access the 'w:1' key"
a> ACL DRYRUN u DEL z
a< OK
a> ACL DRYRUN u DEL z zz
a< "User u has no permissions to access the 'zz' key"
a> ACL DRYRUN u CONFIG GET x
a< OK
a> ACL DRYRUN u CONFIG SET x y
a< "User u has no permissions to run the 'config|set' command"
a> ACL DRYRUN u PUBLISH c1 x
a< OK
a> ACL DRYRUN u PUBLISH d x
a< "User u has no permissions to access the 'd' channel"
a> ACL DRYRUN u PSUBSCRIBE c*
a< OK
a> ACL DRYRUN u PSUBSCRIBE c1*
a< "User u has no permissions to access the 'c1*' channel"
a> ACL DRYRUN u AUTH x
a< OK
a> ACL DRYRUN u
a< (error) ERR wrong number of arguments for 'acl|dryrun' command
a> ACL DELUSER u
a< 1
