# ARGREP: elements that fit, by their index.
a> ARMSET k 0 "boot: ok" 1 "warn: disk" 2 "ERROR: cpu" 3 "info: ready" 4 "error: net"
a< 5
a> ARGREP k - + MATCH error
a< [4]
a> ARGREP k - + MATCH error NOCASE
a< [2 4]
a> ARGREP k - + MATCH error NOCASE WITHVALUES
a< [[2 "ERROR: cpu"] [4 "error: net"]]
a> ARGREP k 0 4 GLOB warn:* OR GLOB error:*
a< [1 4]
a> ARGREP k 0 4 RE "^[A-Za-z]+: (cpu|net)$" NOCASE WITHVALUES
a< [[2 "ERROR: cpu"] [4 "error: net"]]
a> ARGREP k 0 4 EXACT "info: ready"
a< [3]
a> ARGREP k 0 4 EXACT "INFO: READY"
a< []
a> ARGREP k 0 4 EXACT "INFO: READY" NOCASE
a< [3]
a> ARGREP k 0 4 GLOB WARN* NOCASE
a< [1]
a> ARGREP k - + MATCH error NOCASE LIMIT 1
a< [2]
# From the higher index down.
a> ARGREP k + - GLOB *o*
a< [4 3 0]
a> ARGREP k 3 + RE .
a< [3 4]
a> ARGREP k 1 - RE .
a< [1 0]
a> ARGREP k + + RE .
a< []
# All predicates, or one of them; options stand anywhere.
a> ARGREP k - + AND MATCH r MATCH n WITHVALUES
a< [[1 "warn: disk"] [3 "info: ready"] [4 "error: net"]]
a> ARGREP k - + GLOB *r* RE "^.{10}$" AND EXACT "error: net"
a< [4]
a> ARGREP k - + MATCH ""
a< [0 1 2 3 4]
a> ARGREP k - + MATCH "" NOCASE LIMIT 2
a< [0 1]
a> ARGREP missing - + RE .
a< []
a> ARGREP k - + RE (
a< (error) ERR invalid regular expression: ...
a> ARGREP k - + RE . AND OR
a< (error) ERR syntax error
a> ARGREP k - + RE
a< (error) ERR wrong number of arguments for 'argrep' command
a> ARGREP k - + NOCASE AND
a< (error) ERR syntax error
a> ARGREP k - + RE . LIMIT
a< (error) ERR syntax error
a> ARGREP k - + RE . SOON
a< (error) ERR syntax error
a> ARGREP k - + RE . LIMIT 0
a< (error) ERR LIMIT must be positive
a> ARGREP k - + RE . LIMIT x
a< (error) ERR value is not an integer or out of range
a> ARGREP k * + RE .
a< (error) ERR invalid array index
a> SET s v
a< OK
a> ARGREP s - + RE .
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
# An expression that would take for ever is given up.
a> ARSET k 0 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"
a< 0
a> ARGREP k - + RE "^(a|aa)+$"
a< (error) ERR regular expression takes too many steps
