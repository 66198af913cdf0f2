oracle
# ACL DELUSER ends the user's connections, his own too
a> ACL DELUSER default
a< (error) ERR The 'default' user cannot be removed
a> ACL SETUSER u on nopass +@all allkeys allchannels
a< OK
a> ACL DELUSER u default
a< (error) ERR The 'default' user cannot be removed
b> AUTH u x
b< OK
c> AUTH u x
c< OK
c> BLPOP l 0
blocked c
d> AUTH u x
d< OK
d> SUBSCRIBE ch
d< ["subscribe" "ch" 1]
b> ACL WHOAMI
b< "u"
a> ACL DELUSER nosuch u u
a< 1
closed b
closed c
closed d
a> RPUSH l x
a< 1
a> PUBLISH ch x
a< 0
a> ACL DELUSER nosuch
a< 0
a> ACL DELUSER
a< (error) ERR wrong number of arguments for 'acl|deluser' command
e> AUTH u x
e< (error) WRONGPASS invalid username-password pair or user is disabled.
restart
# oneself
a> ACL SETUSER u on nopass +@all allkeys
a< OK
b> AUTH u x
b< OK
b> ACL DELUSER u
b< 1
closed b
