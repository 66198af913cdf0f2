# SUNSUBSCRIBE: from the shard channels named, or from all.
oracle
a> SUNSUBSCRIBE
a< ["sunsubscribe" nil 0]
a> SUNSUBSCRIBE x y
a< ["sunsubscribe" "x" 0]
a< ["sunsubscribe" "y" 0]
a> SSUBSCRIBE x y
a< ["ssubscribe" "x" 1]
a< ["ssubscribe" "y" 2]
a> SUNSUBSCRIBE x
a< ["sunsubscribe" "x" 1]
p> SPUBLISH x m
p< 0
p> SPUBLISH y m
p< 1
a< ["smessage" "y" "m"]
a> SUNSUBSCRIBE
a< ["sunsubscribe" "y" 0]
a> GET k
a< nil

restart
resp3 a
a> SSUBSCRIBE x
a< >["ssubscribe" "x" 1]
a> SUNSUBSCRIBE
a< >["sunsubscribe" "x" 0]
