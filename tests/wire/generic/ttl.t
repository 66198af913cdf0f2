oracle
a> TTL none
a< -2
a> SET k v
a< OK
a> TTL k
a< -1
a> EXPIRE k 100
a< 1
a> TTL k
a< 100
a> TTL
a< (error) ERR wrong number of arguments for 'ttl' command
a> TTL k k
a< (error) ERR wrong number of arguments for 'ttl' command
