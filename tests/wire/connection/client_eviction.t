oracle
# Above maxmemory-clients whoever takes most memory is cut off: here by a reply that is not read,
# of which the sockets themselves hold a few MB; and nobody reads until the server has seen that.
a> CONFIG RESETSTAT
a< OK
a> SETRANGE big 30000000 x
a< 30000001
a> CONFIG SET maxmemory-clients 10mb
a< OK
b> PING
b< PONG
b> GET big
wait 5000 EVAL "return string.match(redis.call('INFO', 'stats'), 'evicted_clients:(%d+)')" 0 -> "1"
closed b
a> PING
a< PONG

# Who has said NO-EVICT stays, and another goes, even if what is left is above the limit.
a> CONFIG SET maxmemory-clients 40mb
a< OK
n> CLIENT NO-EVICT ON
n< OK
n> GET big
c> GET big
wait 5000 EVAL "return string.match(redis.call('INFO', 'stats'), 'evicted_clients:(%d+)')" 0 -> "2"
closed c
n< <str>
a> PING
a< PONG

# Until it says OFF.
a> CONFIG SET maxmemory-clients 10mb
a< OK
n> CLIENT NO-EVICT OFF
n< OK
n> GET big
wait 5000 EVAL "return string.match(redis.call('INFO', 'stats'), 'evicted_clients:(%d+)')" 0 -> "3"
closed n

# Percent are of maxmemory. The limit holds for what is there already when it is set.
a> CONFIG SET maxmemory-clients 0
a< OK
d> GET big
a> CONFIG SET maxmemory 1gb
a< OK
a> CONFIG SET maxmemory-clients 1%
a< OK
wait 5000 EVAL "return string.match(redis.call('INFO', 'stats'), 'evicted_clients:(%d+)')" 0 -> "4"
closed d

# Percent of no maxmemory limit nothing.
a> CONFIG SET maxmemory 0
a< OK
e> GET big
e< <str>

# It is no error of a command.
a> EVAL "return string.match(redis.call('INFO', 'stats'), 'total_error_replies:(%d+)')" 0
a< "0"
a> CONFIG RESETSTAT
a< OK
a> EVAL "return string.match(redis.call('INFO', 'stats'), 'evicted_clients:(%d+)')" 0
a< "0"
a> CONFIG SET maxmemory-clients 0
a< OK
a> DEL big
a< 1
