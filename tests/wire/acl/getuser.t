oracle
# ACL GETUSER: flags, passwords, and each selector's commands, keys and channels
a> ACL GETUSER nosuch
a< nil
only ours
a> ACL GETUSER default
a< ["flags" ["on" "nopass" "sanitize-payload"] "passwords" [] "commands" "+@all" "keys" "~*" "channels" "&*" "selectors" []]
end
a> ACL SETUSER u on >pw ~app:* %R~shared:* %W~out &news.* +get skip-sanitize-payload (%R~x +set) (allkeys allchannels allcommands)
a< OK
a> ACL GETUSER u
a< ["flags" ["on" "skip-sanitize-payload"] "passwords" ["30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4"] "commands" "-@all +get" "keys" "~app:* %R~shared:* %W~out" "channels" "&news.*" "selectors" [["commands" "-@all +set" "keys" "%R~x" "channels" ""] ["commands" "+@all" "keys" "~*" "channels" "&*"]]]
resp3 r
r> ACL GETUSER u
r< {"flags" ~["on" "skip-sanitize-payload"] "passwords" ["30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4"] "commands" "-@all +get" "keys" "~app:* %R~shared:* %W~out" "channels" "&news.*" "selectors" [{"commands" "-@all +set" "keys" "%R~x" "channels" ""} {"commands" "+@all" "keys" "~*" "channels" "&*"}]}
r> ACL GETUSER nosuch
r< nil
# the two permissions of one pattern come together
a> ACL SETUSER u reset %R~k %W~k &c &c >x >x
a< OK
a> ACL LIST
only ours
a< ["user default on nopass sanitize-payload ~* &* +@all" "user u off sanitize-payload #2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 ~k resetchannels &c -@all"]
end
only oracle
a< ["user default on nopass ~* &* +@all" "user u off sanitize-payload #2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 ~k resetchannels &c -@all"]
end
a> ACL DELUSER u
a< 1
