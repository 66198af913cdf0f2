# Since 7.2 command rules are kept as they came; what makes an earlier one meaningless replaces it.
a> ACL SETUSER u +@read -get +@write
a< OK
a> ACL LIST
a< ["user default on nopass sanitize-payload ~* &* +@all" "user u off sanitize-payload resetchannels -@all +@read -get +@write"]
a> ACL SETUSER u +GET -@READ +config|get
a< OK
a> ACL LIST
a< [* "user u off sanitize-payload resetchannels -@all +@write +get -@read +config|get"]
a> ACL SETUSER u -config
a< OK
a> ACL LIST
a< [* "user u off sanitize-payload resetchannels -@all +@write +get -@read -config"]
a> ACL SETUSER u +@all -debug ~*
a< OK
a> ACL LIST
a< [* "user u off sanitize-payload ~* resetchannels +@all -debug"]
# a first argument allows only that; a rule for the command forgets it
a> ACL SETUSER u -@all +select|1 +SELECT|2
a< OK
a> ACL LIST
a< [* "user u off sanitize-payload ~* resetchannels -@all +select|1 +select|2"]
a> ACL DRYRUN u SELECT 1
a< OK
a> ACL DRYRUN u SELECT 3
a< "User u has no permissions to run the 'select' command"
a> ACL SETUSER u -select
a< OK
a> ACL DRYRUN u SELECT 1
a< "User u has no permissions to run the 'select' command"
# a bare star as a pattern is not the same as allkeys: others may follow it
a> ACL SETUSER u reset %RW~* %R~x
a< OK
a> ACL LIST
a< [* "user u off sanitize-payload %RW~* %R~x resetchannels -@all"]
a> ACL SETUSER u %R
a< (error) ERR Error in ACL SETUSER modifier '%R': Syntax error
# what could not be read back from a file is refused
a> ACL SETUSER u "(~a) ~b)"
a< (error) ERR Error in ACL SETUSER modifier '(~a) ~b)': Syntax error
a> ACL DELUSER u
a< 1
