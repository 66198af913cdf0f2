a> HIMPORT
a< (error) ERR wrong number of arguments for 'himport' command
a> HIMPORT WHAT
a< (error) ERR unknown subcommand 'WHAT'. Try HIMPORT HELP.
# field sets belong to the connection
a> HIMPORT PREPARE u name email age
a< OK
b> HIMPORT SET user:1 u alice a@x 25
b< (error) ERR no such fieldset
a> HIMPORT SET user:1 u alice a@x 25
a< OK
a> HMGET user:1 name email age
a< ["alice" "a@x" "25"]
a> SELECT 1
a< OK
a> HIMPORT SET user:2 u bob b@x 26
a< OK
a> HGET user:2 name
a< "bob"
a> RESET
a< RESET
a> HIMPORT SET user:3 u c d e
a< (error) ERR no such fieldset
