# The log's own command is none for clients.
a> MS.GROUP s g c x
a< (error) ERR unknown command 'MS.GROUP', with args beginning with:...
a> COMMAND INFO ms.group
a< [nil-array]
a> COMMAND LIST FILTERBY PATTERN ms.*
a< []
a> COMMAND GETKEYS ms.group s g c x
a< (error) ERR Invalid command specified
