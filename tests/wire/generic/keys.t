oracle
a> KEYS *
a< []
a> SET one 1
a< OK
a> KEYS *
a< ["one"]
a> KEYS o*
a< ["one"]
a> KEYS ?ne
a< ["one"]
a> KEYS [m-p]ne
a< ["one"]
a> KEYS [^a]ne
a< ["one"]
a> KEYS [^o]ne
a< []
a> KEYS ONE
a< []
a> KEYS one
a< ["one"]
a> KEYS x*
a< []
a> SET "a*b" v
a< OK
a> KEYS a\*b
a< ["a*b"]
a> KEYS a\?b
a< []
a> KEYS
a< (error) ERR wrong number of arguments for 'keys' command
