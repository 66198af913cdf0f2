# There are no modules.
a> MODULE LIST
a< []
a> MODULE LOAD /no/such.so
a< (error) ERR Millstream loads no modules: all its data types are built in
a> MODULE LOADEX /no/such.so CONFIG a b ARGS c
a< (error) ERR Millstream loads no modules: all its data types are built in
a> MODULE UNLOAD nosuch
a< (error) ERR Error unloading module: no such module with that name
a> MODULE HELP
a< *
a> MODULE BOGUS
a< (error) ERR unknown subcommand 'BOGUS'. Try MODULE HELP.
