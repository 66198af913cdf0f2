oracle
a> CLIENT TRACKINGINFO x
a< (error) ERR wrong number of arguments for 'client|trackinginfo' command
a> CLIENT TRACKINGINFO
a< ["flags" ["off"] "redirect" -1 "prefixes" []]
resp3 a
a> CLIENT TRACKINGINFO
a< {"flags" ~["off"] "redirect" -1 "prefixes" []}
a> CLIENT TRACKING ON BCAST PREFIX b PREFIX a NOLOOP
a< OK
a> CLIENT TRACKINGINFO
a< {"flags" ~["on" "bcast" "noloop"] "redirect" 0 "prefixes" ["a" "b"]}
a> CLIENT TRACKING OFF
a< OK
a> CLIENT TRACKINGINFO
a< {"flags" ~["off"] "redirect" -1 "prefixes" []}
a> CLIENT TRACKING ON BCAST
a< OK
a> CLIENT TRACKINGINFO
a< {"flags" ~["on" "bcast"] "redirect" 0 "prefixes" [""]}
a> CLIENT TRACKING OFF
a< OK
a> CLIENT TRACKING ON OPTIN
a< OK
a> CLIENT CACHING YES
a< OK
a> CLIENT TRACKINGINFO
a< {"flags" ~["on" "optin" "caching-yes"] "redirect" 0 "prefixes" []}
a> PING
a< PONG
a> CLIENT TRACKINGINFO
a< {"flags" ~["on" "optin"] "redirect" 0 "prefixes" []}
a> CLIENT TRACKING OFF
a< OK
a> CLIENT TRACKING ON OPTOUT
a< OK
a> CLIENT CACHING NO
a< OK
a> CLIENT TRACKINGINFO
a< {"flags" ~["on" "optout" "caching-no"] "redirect" 0 "prefixes" []}
