oracle
a> PERSIST none
a< 0
a> SET k v
a< OK
a> PERSIST k
a< 0
a> EXPIRE k 100
a< 1
a> PERSIST k
a< 1
a> TTL k
a< -1
a> PERSIST
a< (error) ERR wrong number of arguments for 'persist' command
