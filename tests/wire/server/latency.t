oracle
a> LATENCY RESET
a< 0
a> LATENCY LATEST
a< []
a> LATENCY HISTORY command
a< []
a> LATENCY GRAPH command
a< (error) ERR No samples available for event 'command'
a> CONFIG SET latency-monitor-threshold 20
a< OK
a> DEBUG SLEEP 0.05
a< OK
a> PING
a< PONG
a> LATENCY LATEST
a< [["command" <int> <int> <int>]]
a> LATENCY HISTORY command
a< [[<int> <int>]]
a> LATENCY GRAPH command
a< <str>
a> LATENCY DOCTOR
a< <str>
a> LATENCY RESET nosuch command
a< 1
a> LATENCY RESET command
a< 0
a> CONFIG SET latency-monitor-threshold 0
a< OK
a> DEBUG SLEEP 0.03
a< OK
a> LATENCY LATEST
a< []
a> LATENCY HELP
a< *
a> LATENCY NOSUCH
a< (error) ERR unknown subcommand 'NOSUCH'. Try LATENCY HELP.
a> LATENCY GRAPH
a< (error) ERR wrong number of arguments for 'latency|graph' command
