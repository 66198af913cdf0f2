oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> GEOPOS g Palermo Catania
a< [["13.36138933897018433" "38.11555639549629859"] ["15.08726745843887329" "37.50266842333162032"]]
a> GEOPOS g Palermo nobody
a< [["13.36138933897018433" "38.11555639549629859"] nil-array]
a> GEOPOS g
a< []
a> GEOPOS none a b
a< [nil-array nil-array]
a> GEOADD e 0 0 zero 180 85.05112878 ne -180 -85.05112878 sw
a< 3
a> GEOPOS e zero ne sw
a< [["0.00000268220901489" "0.00000126736058093"] ["180" "85.0511287799999991"] ["-179.99999731779098511" "-85.05112751263942528"]]
resp3 c
c> GEOPOS g Palermo nobody
c< [[,13.36138933897018433 ,38.11555639549629859] nil]
a> SET text x
a< OK
a> GEOPOS text a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEOPOS
a< (error) ERR wrong number of arguments for 'geopos' command
