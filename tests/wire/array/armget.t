# ARMGET: element or null for each index, in the order asked.
a> ARMSET k 0 a 9 b
a< 2
a> ARMGET k 9 0 1 9
a< ["b" "a" nil "b"]
a> ARMGET missing 0 1
a< [nil nil]
a> ARMGET k 0 x
a< (error) ERR invalid array index
a> ARMGET k
a< (error) ERR wrong number of arguments for 'armget' command
