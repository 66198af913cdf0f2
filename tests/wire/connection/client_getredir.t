oracle
a> CLIENT GETREDIR x
a< (error) ERR wrong number of arguments for 'client|getredir' command
a> CLIENT GETREDIR
a< -1
a> CLIENT TRACKING ON
a< OK
a> CLIENT GETREDIR
a< 0
b> CLIENT ID
b< $id=<int>
a> CLIENT TRACKING ON REDIRECT $id
a< OK
a> CLIENT GETREDIR
a< $id
a> CLIENT TRACKING OFF
a< OK
a> CLIENT GETREDIR
a< -1
# To itself.
a> CLIENT ID
a< $own=<int>
a> CLIENT TRACKING ON REDIRECT $own
a< OK
a> CLIENT GETREDIR
a< $own
