oracle
# AUTH and HELLO AUTH with users; requirepass is the default user's password
a> AUTH x
a< (error) ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
a> AUTH default anything
a< OK
a> AUTH nosuch x
a< (error) WRONGPASS invalid username-password pair or user is disabled.
a> AUTH a b c
a< (error) ERR syntax error
a> ACL SETUSER u >pw ~k +get +acl|whoami +hello
a< OK
b> AUTH u pw
b< (error) WRONGPASS invalid username-password pair or user is disabled.
a> ACL SETUSER u on >pw2
a< OK
b> AUTH u pw
b< OK
b> AUTH u pw2
b< OK
b> ACL WHOAMI
b< "u"
b> HELLO 2 AUTH u wrong
b< (error) WRONGPASS invalid username-password pair or user is disabled.
b> ACL WHOAMI
b< "u"
b> HELLO 2 AUTH default x
b< *
b> ACL WHOAMI
b< "default"
# switched off: who is in stays in
b> AUTH u pw
b< OK
a> ACL SETUSER u off
a< OK
b> ACL WHOAMI
b< "u"
c> AUTH u pw
c< (error) WRONGPASS invalid username-password pair or user is disabled.
a> CLIENT KILL USER nosuch
a< (error) ERR No such user 'nosuch'
a> CLIENT KILL USER u
a< 1
closed b
a> ACL DELUSER u
a< 1
restart
a> CONFIG SET requirepass sesame
a< OK
a> PING
a< PONG
b> PING
b< (error) NOAUTH Authentication required.
b> GET k extra
b< (error) ERR wrong number of arguments for 'get' command
b> NOSUCH
b< (error) ERR unknown command 'NOSUCH', with args beginning with:...
b> HELLO 3
b< (error) NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO ...
b> AUTH wrong
b< (error) WRONGPASS invalid username-password pair or user is disabled.
b> AUTH sesame
b< OK
b> PING
b< PONG
b> CONFIG GET requirepass
b< ["requirepass" "sesame"]
b> RESET
b< RESET
b> PING
b< (error) NOAUTH Authentication required.
a> ACL SETUSER default >second
a< OK
b> AUTH default second
b< OK
a> CONFIG SET requirepass ""
a< OK
c> PING
c< PONG
restart
# a default user who is off, or may do less
a> ACL SETUSER u on nopass +@all ~* &*
a< OK
a> AUTH u x
a< OK
a> ACL SETUSER default off
a< OK
b> PING
b< (error) NOAUTH Authentication required.
a> ACL SETUSER default on -ping
a< OK
b> ECHO x
b< "x"
a> ACL SETUSER default +@all
a< OK
a> ACL DELUSER u
a< 1
closed a
