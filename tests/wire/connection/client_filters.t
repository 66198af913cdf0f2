oracle
# Which connections CLIENT LIST and CLIENT KILL mean.
a> CLIENT ID
a< $a=<int>
b> CLIENT ID
b< $b=<int>
a> CLIENT LIST ID 123456789 123456790
a< ""
a> CLIENT LIST ID 1 x
a< (error) ERR Invalid client ID
a> CLIENT LIST ID
a< (error) ERR syntax error
a> CLIENT LIST TYPE
a< (error) ERR syntax error
a> CLIENT KILL ID 123456789
a< 0
a> CLIENT KILL ID 0
a< (error) ERR client-id should be greater than 0
a> CLIENT KILL TYPE pubsub
a< 0
a> CLIENT KILL TYPE bogus ID 1
a< (error) ERR Unknown client type 'bogus'
a> CLIENT KILL USER nobody
a< (error) ERR No such user 'nobody'
a> CLIENT KILL ADDR 127.0.0.1:1 LADDR 127.0.0.1:1
a< 0
a> CLIENT KILL BOGUS 1
a< (error) ERR syntax error
a> CLIENT KILL ID 1 TYPE
a< (error) ERR syntax error
a> CLIENT KILL 127.0.0.1:1
a< (error) ERR No such client
a> CLIENT KILL ID $b SKIPME no USER default
a< 1
closed b
# one's own connection is left out unless asked for
a> CLIENT KILL ID $a
a< 0
a> CLIENT KILL ID $a SKIPME no
a< 1
closed a
only ours
# since Redis 7.4
c> CLIENT KILL MAXAGE x
c< (error) ERR maxage is not an integer or out of range
c> CLIENT KILL MAXAGE 0
c< (error) ERR maxage should be greater than 0
c> CLIENT KILL MAXAGE 100000
c< 0
# our own: filters of LIST, and their contrary
c> CLIENT SETNAME worker
c< OK
c> CLIENT LIST NAME nobody
c< ""
c> CLIENT LIST NAME worker NOT-DB 0
c< ""
c> CLIENT LIST NAME worker DB 0 IP 127.0.0.1 NOT-TYPE pubsub USER default
c< <str>
c> CLIENT LIST NAME worker NOT-IP 127.0.0.1
c< ""
c> CLIENT LIST NAME worker FLAGS P
c< ""
c> CLIENT LIST NAME worker NOT-FLAGS P
c< <str>
c> CLIENT LIST NAME worker IDLE 1000
c< ""
c> CLIENT LIST NAME worker LIB-NAME x
c< ""
c> CLIENT LIST NAME worker NOT-LIB-NAME x NOT-LIB-VER y
c< <str>
c> CLIENT LIST NAME worker SKIPME yes
c< ""
c> CLIENT LIST DB 99
c< (error) ERR DB index is out of range
c> CLIENT LIST NOT-BOGUS 1
c< (error) ERR syntax error
c> CLIENT LIST ID 1 2 NAME
c< (error) ERR syntax error
d> SUBSCRIBE ch
d< ["subscribe" "ch" 1]
c> CLIENT KILL NOT-TYPE normal
c< 1
closed d
end
