config acl-pubsub-default allchannels
# acl-pubsub-default: what new users, and selectors, have
a> ACL SETUSER u (+get)
a< OK
a> ACL LIST
a< ["user default on nopass sanitize-payload ~* &* +@all" "user u off sanitize-payload &* -@all (&* -@all +get)"]
a> CONFIG SET acl-pubsub-default resetchannels
a< OK
a> ACL SETUSER u reset
a< OK
a> ACL LIST
a< [* "user u off sanitize-payload resetchannels -@all"]
a> ACL DELUSER u
a< 1
a> CONFIG SET acl-pubsub-default allchannels
a< OK
