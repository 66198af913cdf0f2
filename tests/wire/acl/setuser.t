oracle
# ACL SETUSER: all rules or none; what GETUSER shows of them
a> ACL SETUSER u
a< OK
a> ACL SETUSER u on >pw ~app:* %R~shared:* %W~out &news.* -@all +get
a< OK
a> ACL DRYRUN u GET app:1
a< OK
a> ACL DRYRUN u GET shared:1
a< OK
a> ACL USERS
a< ["default" "u"]
a> ACL SETUSER u %W~shared:*
a< OK
a> ACL DELUSER u nosuch
a< 1
a> ACL GETUSER u
a< nil
restart
a> ACL SETUSER u on +get ~x foo
a< (error) ERR Error in ACL SETUSER modifier 'foo': Syntax error
a> ACL GETUSER u
a< nil
a> ACL SETUSER u +nosuch
a< (error) ERR Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL
a> ACL SETUSER u -nosuch
a< (error) ERR Error in ACL SETUSER modifier '-nosuch': Unknown command or category name in ACL
a> ACL SETUSER u +@nosuch
a< (error) ERR Error in ACL SETUSER modifier '+@nosuch': Unknown command or category name in ACL
a> ACL SETUSER u +config|nosuch
a< (error) ERR Error in ACL SETUSER modifier '+config|nosuch': Unknown command or category name in ACL
a> ACL SETUSER u -select|0
a< (error) ERR Error in ACL SETUSER modifier '-select|0': Unknown command or category name in ACL
a> ACL SETUSER u +config|get|x
a< (error) ERR Error in ACL SETUSER modifier '+config|get|x': Allowing first-arg of a subcommand is not supported
a> ACL SETUSER u +get|
a< (error) ERR Error in ACL SETUSER modifier '+get|': Syntax error
a> ACL SETUSER u +
a< (error) ERR Error in ACL SETUSER modifier '+': Unknown command or category name in ACL
a> ACL SETUSER u @all
a< (error) ERR Error in ACL SETUSER modifier '@all': Syntax error
a> ACL SETUSER u ~* ~x
a< (error) ERR Error in ACL SETUSER modifier '~x': Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns
a> ACL SETUSER u allchannels &x
a< (error) ERR Error in ACL SETUSER modifier '&x': Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels
a> ACL SETUSER u %~x
a< (error) ERR Error in ACL SETUSER modifier '%~x': Syntax error
a> ACL SETUSER u %RR~x
a< (error) ERR Error in ACL SETUSER modifier '%RR~x': Syntax error
a> ACL SETUSER u %Q~x
a< (error) ERR Error in ACL SETUSER modifier '%Q~x': Syntax error
a> ACL SETUSER u "~a b"
a< (error) ERR Error in ACL SETUSER modifier '~a b': Syntax error
a> ACL SETUSER u "&a b"
a< (error) ERR Error in ACL SETUSER modifier '&a b': Syntax error
a> ACL SETUSER u <pw
a< (error) ERR Error in ACL SETUSER modifier '<pw': The password you are trying to remove from the user does not exist
a> ACL SETUSER u #12
a< (error) ERR Error in ACL SETUSER modifier '#12': The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters
a> ACL SETUSER u !12
a< (error) ERR Error in ACL SETUSER modifier '!12': The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters
a> ACL SETUSER u (+get
a< (error) ERR Unmatched parenthesis in acl selector starting at '(+get'.
a> ACL SETUSER u foo (+get ~x
a< (error) ERR Unmatched parenthesis in acl selector starting at '(+get'.
a> ACL SETUSER u (~x (
a< (error) ERR Unmatched parenthesis in acl selector starting at '('.
a> ACL SETUSER u +get (~x (+get y
a< (error) ERR Unmatched parenthesis in acl selector starting at '(+get'.
a> ACL SETUSER u (on)
a< (error) ERR Error in ACL SETUSER modifier '(on)': Syntax error
a> ACL SETUSER u (+nosuch)
a< (error) ERR Error in ACL SETUSER modifier '(+nosuch)': Unknown command or category name in ACL
a> ACL SETUSER u )
a< (error) ERR Error in ACL SETUSER modifier ')': Syntax error
a> ACL SETUSER "a b" on
a< (error) ERR Usernames can't contain spaces or null characters
a> ACL SETUSER "a\x00b" on
a< (error) ERR Usernames can't contain spaces or null characters
a> ACL SETUSER
a< (error) ERR wrong number of arguments for 'acl|setuser' command
a> ACL USERS
a< ["default"]
a> ACL SETUSER u ""
a< OK
a> ACL DELUSER u
a< 1
