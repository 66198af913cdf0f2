oracle
# What a connection says and asks about itself.
a> CLIENT ID
a< $id=<int>
a> CLIENT GETNAME
a< nil
a> CLIENT SETNAME worker-1
a< OK
a> CLIENT GETNAME
a< "worker-1"
a> CLIENT SETNAME "two words"
a< (error) ERR Client names cannot contain spaces, newlines or special characters.
a> CLIENT SETNAME ""
a< OK
a> CLIENT GETNAME
a< nil
a> CLIENT INFO
a< <str>
a> CLIENT LIST
a< <str>
a> CLIENT LIST TYPE normal
a< <str>
a> CLIENT LIST TYPE replica
a< ""
a> CLIENT LIST TYPE bogus
a< (error) ERR Unknown client type 'bogus'
a> CLIENT LIST ID $id
a< <str>
a> CLIENT LIST ID 123456789
a< ""
a> CLIENT LIST ID x
a< (error) ERR Invalid client ID
a> CLIENT LIST BOGUS
a< (error) ERR syntax error
a> CLIENT NO-EVICT on
a< OK
a> CLIENT NO-EVICT off
a< OK
a> CLIENT NO-EVICT maybe
a< (error) ERR syntax error
a> CLIENT HELP
a< *
only ours
a> CLIENT NO-TOUCH on
a< OK
a> CLIENT NO-TOUCH off
a< OK
a> CLIENT NO-TOUCH maybe
a< (error) ERR syntax error
a> CLIENT SETINFO lib-name my-lib
a< OK
a> CLIENT SETINFO lib-ver 1.2
a< OK
a> CLIENT SETINFO lib-name "my lib"
a< (error) ERR lib-name cannot contain spaces, newlines or special characters.
a> CLIENT SETINFO bogus x
a< (error) ERR Unrecognized option 'bogus'
end
# REPLY: OFF and SKIP keep quiet, ON answers again
a> CLIENT REPLY SKIP
a> PING
a> ECHO x
a< "x"
a> CLIENT REPLY OFF
a> PING
a> CLIENT REPLY ON
a< OK
a> CLIENT REPLY bogus
a< (error) ERR syntax error
# KILL by address, id and filters
b> CLIENT ID
b< $b=<int>
a> CLIENT KILL ID $b
a< 1
closed b
a> CLIENT KILL ID $b
a< 0
a> CLIENT KILL 127.0.0.1:1
a< (error) ERR No such client
a> CLIENT KILL ADDR 127.0.0.1:1
a< 0
a> CLIENT KILL TYPE bogus
a< (error) ERR Unknown client type 'bogus'
a> CLIENT KILL ID x
a< (error) ERR client-id should be greater than 0
a> CLIENT KILL USER nobody
a< (error) ERR No such user 'nobody'
a> CLIENT KILL SKIPME maybe
a< (error) ERR syntax error
a> CLIENT KILL ID 1 BOGUS
a< (error) ERR syntax error
a> CLIENT KILL ID $id SKIPME no
a< 1
closed a
# UNBLOCK
c> CLIENT ID
c< $c=<int>
c> XREAD BLOCK 0 STREAMS s $
blocked c
d> CLIENT UNBLOCK $c
d< 1
c< nil-array
c> XREAD BLOCK 0 STREAMS s $
blocked c
d> CLIENT UNBLOCK $c ERROR
d< 1
c< (error) UNBLOCKED client unblocked via CLIENT UNBLOCK
d> CLIENT UNBLOCK $c TIMEOUT
d< 0
d> CLIENT UNBLOCK $c BOGUS
d< (error) ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR
d> CLIENT UNBLOCK x
d< (error) ERR value is not an integer or out of range
# PAUSE WRITE holds writes back and lets reads through
d> CLIENT PAUSE 100000 WRITE
d< OK
d> GET k
d< nil
e> SET k v
f> EXISTS k
f< 0
d> CLIENT UNPAUSE
d< OK
e< OK
d> CLIENT PAUSE x
d< (error) ERR timeout is not an integer or out of range
d> CLIENT PAUSE -1
d< (error) ERR timeout is negative
d> CLIENT PAUSE 1 BOGUS
d< (error) ERR CLIENT PAUSE mode must be WRITE or ALL
