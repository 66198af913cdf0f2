oracle
a> CLIENT TRACKING
a< (error) ERR wrong number of arguments for 'client|tracking' command
a> CLIENT TRACKING MAYBE
a< (error) ERR syntax error
a> CLIENT TRACKING ON BOGUS
a< (error) ERR syntax error
a> CLIENT TRACKING OFF BOGUS
a< (error) ERR syntax error
a> CLIENT TRACKING ON REDIRECT
a< (error) ERR syntax error
a> CLIENT TRACKING ON PREFIX
a< (error) ERR syntax error
a> CLIENT TRACKING ON REDIRECT x
a< (error) ERR value is not an integer or out of range
a> CLIENT TRACKING ON REDIRECT 0
a< (error) ERR The client ID you want redirect to does not exist
a> CLIENT TRACKING ON REDIRECT 123456789
a< (error) ERR The client ID you want redirect to does not exist
b> CLIENT ID
b< $id=<int>
a> CLIENT TRACKING ON REDIRECT $id REDIRECT $id
a< (error) ERR A client can only redirect to a single other client
a> CLIENT TRACKING ON PREFIX p
a< (error) ERR PREFIX option requires BCAST mode to be enabled
a> CLIENT TRACKING ON BCAST OPTIN
a< (error) ERR OPTIN and OPTOUT are not compatible with BCAST
a> CLIENT TRACKING ON BCAST OPTOUT
a< (error) ERR OPTIN and OPTOUT are not compatible with BCAST
a> CLIENT TRACKING ON OPTIN OPTOUT
a< (error) ERR You can't specify both OPTIN mode and OPTOUT mode
a> CLIENT TRACKING ON BCAST PREFIX a PREFIX b PREFIX ab
a< (error) ERR Prefix 'a' overlaps with another provided prefix 'ab'. Prefixes for a single client must not overlap.
a> CLIENT TRACKING ON BCAST PREFIX a PREFIX a
a< (error) ERR Prefix 'a' overlaps with another provided prefix 'a'. Prefixes for a single client must not overlap.
a> CLIENT TRACKING ON BCAST PREFIX "" PREFIX a
a< (error) ERR Prefix '' overlaps with another provided prefix 'a'. Prefixes for a single client must not overlap.
# Nothing of that was switched on.
a> CLIENT GETREDIR
a< -1
a> CLIENT TRACKING ON BCAST PREFIX a PREFIX bc
a< OK
a> CLIENT TRACKING ON BCAST PREFIX b
a< (error) ERR Prefix 'b' overlaps with an existing prefix 'bc'. Prefixes for a single client must not overlap.
a> CLIENT TRACKING ON BCAST PREFIX a
a< (error) ERR Prefix 'a' overlaps with an existing prefix 'a'. Prefixes for a single client must not overlap.
# The mode stays until OFF.
a> CLIENT TRACKING ON
a< (error) ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.
a> CLIENT TRACKING ON OPTIN
a< (error) ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.
a> CLIENT TRACKING OFF
a< OK
a> CLIENT TRACKING ON OPTIN
a< OK
a> CLIENT TRACKING ON BCAST
a< (error) ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.
a> CLIENT TRACKING ON OPTOUT
a< (error) ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.
a> CLIENT TRACKING ON OPTIN NOLOOP
a< OK
a> CLIENT TRACKING OFF
a< OK
a> CLIENT TRACKING ON OPTOUT
a< OK
a> CLIENT TRACKING ON OPTIN
a< (error) ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.
