oracle
# Before it has authenticated, a client may send only small things
a> CONFIG SET requirepass sesame
a< OK
raw b "*11\r\n"
b< (error) ERR Protocol error: unauthenticated multibulk length
closed b
raw c "*1\r\n$16385\r\n"
c< (error) ERR Protocol error: unauthenticated bulk length
closed c
d> AUTH sesame
d< OK
d> DEL a b c d e f g h i j k l
d< 0
a> CONFIG SET requirepass ""
a< OK
