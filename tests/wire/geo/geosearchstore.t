oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km
a< 2
a> ZRANGE d 0 -1 WITHSCORES
a< ["Palermo" "3479099956230698" "Catania" "3479447370796909"]
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 BYBOX 400 400 km COUNT 1
a< 1
a> ZRANGE d 0 -1
a< ["Catania"]
a> SET d x EX 100
a< OK
a> GEOSEARCHSTORE d g STOREDIST FROMMEMBER Palermo BYRADIUS 200 km
a< 2
a> TTL d
a< -1
a> ZRANGE d 0 0 WITHSCORES
a< ["Palermo" "0"]
a> ZRANGE d 1 1
a< ["Catania"]
# onto itself
a> GEOSEARCHSTORE g g FROMLONLAT 15 37 BYRADIUS 100 km
a< 1
a> ZRANGE g 0 -1
a< ["Catania"]
# nothing found deletes the destination
a> GEOSEARCHSTORE d g FROMLONLAT 0 0 BYRADIUS 1 m
a< 0
a> EXISTS d
a< 0
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 100 km
a< 1
a> GEOSEARCHSTORE d none FROMLONLAT 15 37 BYRADIUS 100 km
a< 0
a> EXISTS d
a< 0
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 100 km WITHDIST
a< (error) ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 100 km WITHHASH STOREDIST
a< (error) ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 100 km STORE e
a< (error) ERR syntax error
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 ASC COUNT 1
a< (error) ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCHSTORE
a> GEOSEARCHSTORE d g BYRADIUS 1 km ASC COUNT 1
a< (error) ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCHSTORE
a> GEOSEARCHSTORE d g FROMMEMBER nobody BYRADIUS 1 km
a< (error) ERR could not decode requested zset member
a> GEOSEARCHSTORE d g FROMLONLAT 1 1 BYRADIUS 1 km ANY
a< (error) ERR the ANY argument requires COUNT argument
a> SET text x
a< OK
a> GEOSEARCHSTORE d text FROMLONLAT 15 37 BYRADIUS 100 km
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 100
a< (error) ERR syntax error
