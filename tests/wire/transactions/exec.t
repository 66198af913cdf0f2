oracle
# An error inside does not stop the others, and nothing is taken back.
a> EXEC
a< (error) ERR EXEC without MULTI
a> MULTI
a< OK
a> SET k word
a< QUEUED
a> INCR k
a< QUEUED
a> LPUSH k x
a< QUEUED
a> SET k 2 BOGUS
a< QUEUED
a> APPEND k s
a< QUEUED
a> EXEC
a< [OK (error) "ERR value is not an integer or out of range" (error) "WRONGTYPE Operation against a key holding the wrong kind of value" (error) "ERR syntax error" 5]
a> GET k
a< "words"
# A command that is refused while queueing makes EXEC refuse all of it.
a> MULTI
a< OK
a> SET k changed
a< QUEUED
a> NOSUCHCOMMAND a b
a< (error) ERR unknown command 'NOSUCHCOMMAND', with args beginning with:...
a> SET k changed
a< QUEUED
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.
a> GET k
a< "words"
# The transaction is over then.
a> EXEC
a< (error) ERR EXEC without MULTI
a> MULTI
a< OK
a> GET
a< (error) ERR wrong number of arguments for 'get' command
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.
a> MULTI
a< OK
a> CLIENT NOSUCH
a< (error) ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.
# Commands that may not be in a transaction.
a> MULTI
a< OK
a> SHUTDOWN NOSAVE
a< (error) ERR Command not allowed inside a transaction
a> EXEC
a< (error) EXECABORT Transaction discarded because of previous errors.
# EXEC itself wrong: it ends the transaction, and its error is told.
a> MULTI
a< OK
a> SET k changed
a< QUEUED
a> EXEC now
a< (error) EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
a> EXEC
a< (error) ERR EXEC without MULTI
a> EXEC now
a< (error) EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
a> GET k
a< "words"
# Statistics: each call counts, and an error inside is an error.
a> CONFIG RESETSTAT
a< OK
a> MULTI
a< OK
a> INCR k
a< QUEUED
a> SET m 1
a< QUEUED
a> EXEC
a< [(error) "ERR value is not an integer or out of range" OK]
a> INFO errorstats
a< "# Errorstats\r\nerrorstat_ERR:count=1\r\n"
