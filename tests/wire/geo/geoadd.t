oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> ZRANGE g 0 -1 WITHSCORES
a< ["Palermo" "3479099956230698" "Catania" "3479447370796909"]
a> GEOADD g 13.361389 38.115556 Palermo
a< 0
# the whole range
a> GEOADD e -180 -85.05112878 sw 180 85.05112878 ne 0 0 middle -180 85.05112878 nw 180 -85.05112878 se
a< 5
a> ZRANGE e 0 -1 WITHSCORES
a< ["sw" "0" "middle" "3377699720527872" "nw" "4503599627370496" "se" "9007199254740992" "ne" "13510798882111488"]
a> GEOADD g NX 1 1 Palermo 2 2 new
a< 1
a> GEOADD g XX 1 1 Palermo 2 2 nobody
a< 0
a> GEOADD g CH 3 3 Palermo 4 4 other
a< 2
a> GEOADD g XX CH 3.5 3 Palermo
a< 1
a> GEOADD g ch xx 3.5 3 Palermo
a< 0
a> ZCARD g
a< 4
# errors change nothing
a> GEOADD g 1 1 a 181 1 b
a< (error) ERR invalid longitude,latitude pair 181.000000,1.000000
a> GEOADD g 1 1 a 1 85.1 b
a< (error) ERR invalid longitude,latitude pair 1.000000,85.100000
a> GEOADD g 1 1 a -180.5 -86 b
a< (error) ERR invalid longitude,latitude pair -180.500000,-86.000000
a> GEOADD g 1 1 a x 1 b
a< (error) ERR value is not a valid float
a> GEOADD g 1 1 a 1 x b
a< (error) ERR value is not a valid float
a> GEOADD g nan 1 a
a< (error) ERR value is not a valid float
a> GEOADD g inf 1 a
a< (error) ERR invalid longitude,latitude pair inf,1.000000
a> GEOADD g 1 1 a 2 2
a< (error) ERR syntax error
a> GEOADD g NX XX 1 1 a
a< (error) ERR syntax error
a> GEOADD g NX CH 1
a< (error) ERR syntax error
a> GEOADD g NX XX CH
a< (error) ERR syntax error
a> GEOADD g GT 1 1 a
a< (error) ERR syntax error
a> ZSCORE g a
a< nil
a> SET text x
a< OK
a> GEOADD text 1 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEOADD text x 1 a
a< (error) ERR value is not a valid float
a> GEOADD g 1 1
a< (error) ERR wrong number of arguments for 'geoadd' command
