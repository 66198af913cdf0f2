oracle
# HELLO chooses the protocol; SETNAME comes along.
a> HELLO 2
a< ["server" "redis" "version" <str> "proto" 2 "id" <int> "mode" "standalone" "role" "master" "modules" []]
a> HELLO 3
a< {"server" "redis" "version" <str> "proto" 3 "id" <int> "mode" "standalone" "role" "master" "modules" []}
a> HELLO
a< {"server" "redis" "version" <str> "proto" 3 "id" <int> "mode" "standalone" "role" "master" "modules" []}
a> HELLO 3 SETNAME me
a< {"server" "redis" "version" <str> "proto" 3 "id" <int> "mode" "standalone" "role" "master" "modules" []}
a> CLIENT GETNAME
a< "me"
a> HELLO 4
a< (error) NOPROTO unsupported protocol version
a> HELLO 1
a< (error) NOPROTO unsupported protocol version
a> HELLO x
a< (error) ERR Protocol version is not an integer or out of range
a> HELLO 3 SETNAME "no blanks"
a< (error) ERR Client names cannot contain spaces, newlines or special characters.
a> HELLO 3 BOGUS
a< (error) ERR Syntax error in HELLO option 'BOGUS'
a> HELLO 3 AUTH default
a< (error) ERR Syntax error in HELLO option 'AUTH'
a> HELLO 3 AUTH nobody pw
a< (error) WRONGPASS invalid username-password pair or user is disabled.
a> HELLO 2 AUTH default any
a< ["server" "redis" "version" <str> "proto" 2 "id" <int> "mode" "standalone" "role" "master" "modules" []]
a> AUTH pw
a< (error) ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
a> AUTH default any
a< OK
a> AUTH nobody pw
a< (error) WRONGPASS invalid username-password pair or user is disabled.
a> AUTH a b c
a< (error) ERR syntax error
a> AUTH
a< (error) ERR wrong number of arguments for 'auth' command
# a password set while running holds for new connections
a> CONFIG SET requirepass secret
a< OK
a> PING
a< PONG
b> PING
b< (error) NOAUTH Authentication required.
b> HELLO 3
b< (error) NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO ...
b> AUTH wrong
b< (error) WRONGPASS invalid username-password pair or user is disabled.
b> AUTH secret
b< OK
b> PING
b< PONG
c> AUTH default secret
c< OK
raw d "*11\r\n"
d< (error) ERR Protocol error: unauthenticated multibulk length
closed d
raw e "*1\r\n$16385\r\n"
e< (error) ERR Protocol error: unauthenticated bulk length
closed e
a> CONFIG SET requirepass ""
a< OK
