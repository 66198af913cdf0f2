oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> GEODIST g Palermo Catania
a< "166274.1516"
a> GEODIST g Palermo Catania m
a< "166274.1516"
a> GEODIST g Palermo Catania KM
a< "166.2742"
a> GEODIST g Palermo Catania ft
a< "545518.8700"
a> GEODIST g Palermo Catania mi
a< "103.3182"
a> GEODIST g Palermo Palermo
a< "0.0000"
a> GEODIST g Palermo nobody
a< nil
a> GEODIST none a b
a< nil
# across the date line, from pole to pole, half way round
a> GEOADD e 179.9 0 east -179.9 0 west 0 85.05112878 north 0 -85.05112878 south 90 0 quarter -90 0 opposite
a< 6
a> GEODIST e east west km
a< "22.2454"
a> GEODIST e north south km
a< "18919.8446"
a> GEODIST e quarter opposite km
a< "20020.7337"
resp3 c
c> GEODIST g Palermo Catania
c< "166274.1516"
c> GEODIST g Palermo nobody
c< nil
a> GEODIST g Palermo Catania parsec
a< (error) ERR unsupported unit provided. please use M, KM, FT, MI
a> GEODIST none a b parsec
a< (error) ERR unsupported unit provided. please use M, KM, FT, MI
a> GEODIST g Palermo Catania m m
a< (error) ERR syntax error
a> SET text x
a< OK
a> GEODIST text a b
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEODIST text a b parsec
a< (error) ERR unsupported unit provided. please use M, KM, FT, MI
a> GEODIST g Palermo
a< (error) ERR wrong number of arguments for 'geodist' command
