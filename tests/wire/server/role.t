# ROLE of a server that nobody follows.
oracle
a> ROLE
a< ["master" <int> []]
a> ROLE x
a< (error) ERR wrong number of arguments for 'role' command
resp3 a
a> ROLE
a< ["master" <int> []]
