oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> GEOHASH g Palermo Catania
a< ["sqc8b49rny0" "sqdtr74hyu0"]
a> GEOHASH g Palermo nobody
a< ["sqc8b49rny0" nil]
a> GEOHASH g
a< []
a> GEOHASH none a b
a< [nil nil]
a> GEOADD e -5.6 42.6 known 0 0 zero 180 85.05112878 ne -180 -85.05112878 sw
a< 4
a> GEOHASH e known zero ne sw
a< ["ezs42e44yx0" "s0000000000" "bp05b5048p0" "00bh0hbj200"]
resp3 c
c> GEOHASH g Palermo nobody
c< ["sqc8b49rny0" nil]
a> SET text x
a< OK
a> GEOHASH text a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEOHASH
a< (error) ERR wrong number of arguments for 'geohash' command
