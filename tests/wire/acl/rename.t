config rename-command "GET FETCH"
config user "u on nopass +get ~*"
# rename-command gives a command another name; rules keep the original one
a> SET k v
a< OK
a> GET k
a< (error) ERR unknown command 'GET', with args beginning with: 'k' ...
a> FETCH k
a< "v"
a> fetch
a< (error) ERR wrong number of arguments for 'get' command
a> AUTH u x
a< OK
a> FETCH k
a< "v"
a> SET k v
a< (error) NOPERM ...
