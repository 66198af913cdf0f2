# CLIENT LIST and INFO tell the user
a> ACL SETUSER u on nopass +@all
a< OK
b> AUTH u x
b< OK
b> CLIENT SETNAME me
b< OK
b> CLIENT KILL USER u SKIPME yes
b< 0
b> CLIENT KILL USER u SKIPME no
b< 1
closed b
a> ACL DELUSER u
a< 1
