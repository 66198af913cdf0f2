oracle
# What took longer than the threshold, newest first, with its arguments.
a> CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 128
a< OK
a> SLOWLOG RESET
a< OK
a> SLOWLOG LEN
a< 1
a> SLOWLOG RESET
a< OK
a> SET k v
a< OK
a> CONFIG SET slowlog-log-slower-than -1
a< OK
a> SLOWLOG LEN
a< 2
only ours
a> SLOWLOG GET
a< [[<int> <int> <int> ["SET" "k" "v"] <str> "" 3] [<int> <int> <int> ["SLOWLOG" "RESET"] <str> "" 2]]
a> SLOWLOG GET 1
a< [[<int> <int> <int> ["SET" "k" "v"] <str> "" 3]]
a> SLOWLOG GET 0
a< []
end
a> SLOWLOG GET -2
a< (error) ERR count should be greater than or equal to -1
a> SLOWLOG GET many
a< (error) ERR count should be greater than or equal to -1
a> SLOWLOG GET 1 2
a< (error) ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP.
a> SLOWLOG RESET
a< OK
a> SLOWLOG LEN
a< 0
a> SLOWLOG GET
a< []
# The length is cut with the next entry.
a> CONFIG SET slowlog-max-len 2 slowlog-log-slower-than 0
a< OK
a> PING
a< PONG
a> PING
a< PONG
a> SLOWLOG LEN
a< 2
a> CONFIG SET slowlog-max-len 0
a< OK
a> PING
a< PONG
only ours
a> SLOWLOG LEN
a< 2
end
a> CONFIG SET slowlog-max-len 128 slowlog-log-slower-than 10000
a< OK
a> SLOWLOG HELP
a< *
a> SLOWLOG NOSUCH
a< (error) ERR unknown subcommand 'NOSUCH'. Try SLOWLOG HELP.
