oracle
a> CLIENT CACHING
a< (error) ERR wrong number of arguments for 'client|caching' command
a> CLIENT CACHING YES
a< (error) ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled
resp3 a
a> CLIENT TRACKING ON
a< OK
a> CLIENT CACHING YES
a< (error) ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.
a> CLIENT CACHING NO
a< (error) ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.
a> CLIENT CACHING MAYBE
a< (error) ERR syntax error
a> CLIENT TRACKING OFF
a< OK
# OPTIN: only what CACHING YES announces, the next command or the whole transaction.
a> CLIENT TRACKING ON OPTIN
a< OK
a> CLIENT CACHING NO
a< (error) ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.
a> GET k
a< nil
b> SET k 1
b< OK
a< (nothing)
a> CLIENT CACHING YES
a< OK
a> GET k
a< "1"
a> GET l
a< nil
b> MSET k 2 l 2
b< OK
a< >["invalidate" ["k"]]
a> CLIENT CACHING YES
a< OK
a> MULTI
a< OK
a> GET k
a< QUEUED
a> GET l
a< QUEUED
a> EXEC
a< ["2" "2"]
a> GET m
a< nil
b> MSET k 3 l 3 m 3
b< OK
a< >["invalidate" ["k"]]
a< >["invalidate" ["l"]]
a< (nothing)
# The word holds over other CLIENT commands, not over a command that is none.
a> CLIENT CACHING YES
a< OK
a> CLIENT ID
a< <int>
a> GET k
a< "3"
b> SET k 4
b< OK
a< >["invalidate" ["k"]]
a> CLIENT CACHING YES
a< OK
a> NOSUCH
a< (error) ERR unknown command 'NOSUCH', with args beginning with:...
a> GET k
a< "4"
b> SET k 5
b< OK
a< (nothing)
a> CLIENT TRACKING OFF
a< OK
# OPTOUT: everything but what CACHING NO excepts.
a> CLIENT TRACKING ON OPTOUT
a< OK
a> CLIENT CACHING YES
a< (error) ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.
a> CLIENT CACHING NO
a< OK
a> GET k
a< "5"
a> GET l
a< "3"
b> MSET k 6 l 6
b< OK
a< >["invalidate" ["l"]]
a< (nothing)
