# A parked call is checked again when it is served
a> ACL SETUSER u on nopass +@all ~*
a< OK
b> AUTH u x
b< OK
b> BLPOP l 0
blocked b
a> ACL SETUSER u -blpop
a< OK
a> RPUSH l x
a< 1
b< (error) NOPERM User u has no permissions to run the 'blpop' command
a> LLEN l
a< 1
b> XREAD BLOCK 0 STREAMS s $
blocked b
a> ACL SETUSER u resetkeys ~other
a< OK
c> XREAD BLOCK 0 STREAMS s $
blocked c
a> XADD s 1-1 f v
a< "1-1"
b< (error) NOPERM No permissions to access a key
c< [["s" [["1-1" ["f" "v"]]]]]
a> ACL DELUSER u
a< 1
