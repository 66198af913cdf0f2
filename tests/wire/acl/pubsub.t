oracle
# Rules that take a channel away end the connections that listen to it
a> ACL SETUSER u on nopass +@all &c1 &c2 &p*
a< OK
b> AUTH u x
b< OK
b> SUBSCRIBE c1 p1
b< ["subscribe" "c1" 1]
b< ["subscribe" "p1" 2]
c> AUTH u x
c< OK
c> PSUBSCRIBE p*
c< ["psubscribe" "p*" 1]
d> AUTH u x
d< OK
d> SSUBSCRIBE c2
d< ["ssubscribe" "c2" 1]
e> AUTH u x
e< OK
a> ACL SETUSER u &more
a< OK
a> ACL SETUSER u resetchannels &c1 &p1 &c2
a< OK
closed c
b> PING
b< ["pong" ""]
a> PUBLISH c1 x
a< 1
b< ["message" "c1" "x"]
a> ACL SETUSER u resetchannels &c1 &p*
a< OK
closed d
b> PING
b< ["pong" ""]
a> ACL SETUSER u allchannels
a< OK
a> ACL SETUSER u resetchannels
a< OK
closed b
e> PING
e< PONG
a> ACL DELUSER u
a< 1
