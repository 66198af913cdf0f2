oracle
wait 10000 SAVE -> OK
a> LASTSAVE
a< <int>
a> SAVE now
a< (error) ERR wrong number of arguments for 'save' command
a> MULTI
a< OK
a> SAVE
a< (error) ERR Command not allowed inside a transaction
a> DISCARD
a< OK
