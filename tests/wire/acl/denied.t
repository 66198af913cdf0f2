# The errors of 7.2 and later; INFO counts them
a> CONFIG RESETSTAT
a< OK
a> ACL SETUSER u on nopass +@all -debug -config|set %R~r %W~w ~rw &c*
a< OK
b> AUTH u x
b< OK
b> DEBUG SLEEP 0
b< (error) NOPERM User u has no permissions to run the 'debug' command
b> CONFIG SET a b
b< (error) NOPERM User u has no permissions to run the 'config|set' command
b> CONFIG GET nosuch
b< []
b> GET w
b< (error) NOPERM No permissions to access a key
b> SET r x
b< (error) NOPERM No permissions to access a key
b> SET w x
b< OK
b> COPY r w
b< 0
b> COPY w r
b< (error) NOPERM No permissions to access a key
b> XADD rw 1-1 f v
b< "1-1"
b> XREAD STREAMS rw r 0 0
b< [["rw" [["1-1" ["f" "v"]]]]]
b> XREAD STREAMS rw w 0 0
b< (error) NOPERM No permissions to access a key
b> XGROUP CREATE rw g 0
b< OK
b> XREADGROUP GROUP g c STREAMS rw other > >
b< (error) NOPERM No permissions to access a key
b> MGET r rw x
b< (error) NOPERM No permissions to access a key
b> BITFIELD r GET u8 0
b< [0]
b> BITFIELD r OVERFLOW SAT GET u8 0
b< [0]
b> BITFIELD r INCRBY u8 0 1
b< (error) NOPERM No permissions to access a key
b> EVAL "return 1" 1 x
b< (error) NOPERM No permissions to access a key
b> MIGRATE 127.0.0.1 1 x 0 1
b< (error) NOPERM No permissions to access a key
b> COMMAND GETKEYS GET x
b< ["x"]
b> SUBSCRIBE c1 d
b< (error) NOPERM No permissions to access a channel
b> PSUBSCRIBE c1*
b< (error) NOPERM No permissions to access a channel
b> PUBLISH d x
b< (error) NOPERM No permissions to access a channel
b> SPUBLISH d x
b< (error) NOPERM No permissions to access a channel
b> PUBLISH c x
b< 0
b> NOSUCH x
b< (error) ERR unknown command 'NOSUCH', with args beginning with:...
b> DEBUG
b< (error) ERR wrong number of arguments for 'debug' command
# nobody is kept from saying who he is
a> ACL SETUSER u -@all
a< OK
b> HELLO 2
b< *
b> PING
b< (error) NOPERM User u has no permissions to run the 'ping' command
b> RESET
b< RESET
b> ACL WHOAMI
b< "default"
a> ACL DELUSER u
a< 1
restart
# SORT with BY and GET reads keys that are known only later
a> ACL SETUSER u on nopass +@all ~l %W~*
a< OK
a> ACL SETUSER v on nopass +@all %R~* ~l
a< OK
b> AUTH u x
b< OK
b> SORT l BY w_*
b< (error) ERR BY option of SORT denied due to insufficient ACL permissions.
b> SORT l GET w_*
b< (error) ERR GET option of SORT denied due to insufficient ACL permissions.
b> SORT_RO l GET #
b< (error) ERR GET option of SORT denied due to insufficient ACL permissions.
b> SORT l BY nosort LIMIT 0 1 STORE l2
b< 0
b> MULTI
b< OK
b> SORT l GET w_*
b< QUEUED
b> PING
b< QUEUED
b> EXEC
b< [(error) "ERR GET option of SORT denied due to insufficient ACL permissions." PONG]
c> AUTH v x
c< OK
c> SORT l BY w_* GET w_*
c< []
a> ACL DELUSER u v
a< 2
