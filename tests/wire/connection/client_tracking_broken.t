oracle
# The connection redirected to goes: told when there is something to say.
r> CLIENT ID
r< $id=<int>
r> SUBSCRIBE __redis__:invalidate
r< ["subscribe" "__redis__:invalidate" 1]
resp3 a
a> CLIENT TRACKING ON REDIRECT $id
a< OK
a> GET k
a< nil
a> CLIENT TRACKINGINFO
a< {"flags" ~["on"] "redirect" $id "prefixes" []}
b> CLIENT KILL ID $id
b< 1
closed r
b> SET k 1
b< OK
a< >["tracking-redir-broken" $id]
a> CLIENT TRACKINGINFO
a< {"flags" ~["on" "broken_redirect"] "redirect" $id "prefixes" []}
a> CLIENT GETREDIR
a< $id
# Each time.
a> GET k
a< "1"
b> SET k 2
b< OK
a< >["tracking-redir-broken" $id]
# Switching it on again mends it.
a> CLIENT TRACKING ON
a< OK
a> CLIENT TRACKINGINFO
a< {"flags" ~["on"] "redirect" 0 "prefixes" []}
a> GET k
a< "2"
b> SET k 3
b< OK
a< >["invalidate" ["k"]]
