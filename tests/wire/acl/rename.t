config rename-command "GET FETCH"
config rename-command "FLUSHALL \"\""
config rename-command "OBJECT THING"
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
a> FLUSHALL
a< (error) ERR unknown command 'FLUSHALL', with args beginning with:...
a> thing refcount k
a< 1
a> thing nosuch
a< (error) ERR unknown subcommand 'nosuch'. Try THING HELP.
# what has no name any more is not listed; what has another is, by its own
a> COMMAND LIST FILTERBY PATTERN flusha*
a< []
a> COMMAND LIST FILTERBY PATTERN ge?
a< ["get"]
a> COMMAND LIST FILTERBY PATTERN fetch
a< []
a> COMMAND LIST FILTERBY PATTERN object|e*
a< ["object|encoding"]
a> COMMAND DOCS get flushall object
a< []
a> COMMAND GETKEYS FETCH k
a< ["k"]
# rules are about what they always were about
a> ACL SETUSER v +flushall
a< OK
a> ACL SETUSER v +fetch
a< (error) ERR Error in ACL SETUSER modifier '+fetch': Unknown command or category name in ACL
a> ACL DRYRUN v get k
a< (error) ERR Command 'get' not found
a> ACL DELUSER v
a< 1
a> AUTH u x
a< OK
a> FETCH k
a< "v"
a> SET k v
a< (error) NOPERM ...
