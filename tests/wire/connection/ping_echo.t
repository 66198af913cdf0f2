oracle
# PING and ECHO, in RESP2 and RESP3, and as inline commands.
a> PING
a< PONG
a> PING "two words"
a< "two words"
a> PING a b
a< (error) ERR wrong number of arguments for 'ping' command
a> ECHO hello
a< "hello"
a> ECHO
a< (error) ERR wrong number of arguments for 'echo' command
resp3 b
b> PING
b< PONG
b> PING x
b< "x"
raw a "PING\r\n"
a< PONG
raw a "ECHO \"a\\x41\\n\"\r\n"
a< "aA\x0a"
raw a "ECHO 'it\\'s'\r\n"
a< "it's"
raw a "\r\nPING\r\n"
a< PONG
# a pipeline in pieces
raw a "*1\r\n$4\r\nPI"
a< (nothing)
raw a "NG\r\n*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n"
a< PONG
a< "x"
# unknown commands name their arguments
a> nosuch arg1 "arg 2"
a< (error) ERR unknown command 'nosuch', with args beginning with: 'arg1' 'arg 2'...
a> CLIENT nosuch
a< (error) ERR unknown subcommand 'nosuch'. Try CLIENT HELP.
