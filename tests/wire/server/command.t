# COMMAND tells what the table says.
a> COMMAND COUNT
a< <int>
a> COMMAND
a< *
a> COMMAND INFO get nosuch
a< [["get" 2 [readonly fast] 1 1 1 [@read @fast @string] [] [["flags" [RO access] "begin_search" ["type" "index" "spec" ["index" 1]] "find_keys" ["type" "range" "spec" ["lastkey" 0 "keystep" 1 "limit" 0]]]] []] nil-array]
a> COMMAND INFO xgroup|create
a< *
a> COMMAND DOCS ping
a< ["ping" ["summary" "Answers, so that the client knows the server does." "since" "1.0.0" "group" "connection" "complexity" "O(1)" "arguments" [["name" "message" "type" "string" "display_text" "message" "flags" [optional]]]]]
resp3 b
b> COMMAND DOCS nosuch
b< {}
a> COMMAND DOCS nosuch
a< []
a> COMMAND LIST FILTERBY PATTERN xgroup|cr*
a< ~unordered ["xgroup|create" "xgroup|createconsumer"]
a> COMMAND LIST FILTERBY ACLCAT nosuch
a< []
a> COMMAND LIST FILTERBY MODULE nosuch
a< []
a> COMMAND LIST FILTERBY BOGUS x
a< (error) ERR syntax error
a> COMMAND LIST
a< *
a> COMMAND GETKEYS MSET a 1 b 2
a< ["a" "b"]
a> COMMAND GETKEYS XREADGROUP GROUP STREAMS c STREAMS s1 s2 > >
a< ["s1" "s2"]
a> COMMAND GETKEYSANDFLAGS GET k
a< [["k" [RO access]]]
a> COMMAND GETKEYS PING
a< (error) ERR The command has no key arguments
a> COMMAND GETKEYS nosuch
a< (error) ERR Invalid command specified
a> COMMAND GETKEYS GET
a< (error) ERR Invalid number of arguments specified for command
a> COMMAND HELP
a< *
