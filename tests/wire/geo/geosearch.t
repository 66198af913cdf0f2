oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> GEOADD g 12.758489 38.788135 edge1 17.241510 38.788135 edge2
a< 2
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC
a< ["Catania" "Palermo"]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km DESC
a< ["Palermo" "Catania"]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km ASC
a< ["Catania"]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST
a< [["Catania" "56.4413"] ["Palermo" "190.4424"]]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHHASH
a< [["Catania" 3479447370796909] ["Palermo" 3479099956230698]]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD
a< [["Catania" ["15.08726745843887329" "37.50266842333162032"]] ["Palermo" ["13.36138933897018433" "38.11555639549629859"]]]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km WITHCOORD WITHHASH WITHDIST DESC
a< [["Palermo" "190.4424" 3479099956230698 ["13.36138933897018433" "38.11555639549629859"]] ["Catania" "56.4413" 3479447370796909 ["15.08726745843887329" "37.50266842333162032"]]]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200000 m COUNT 1
a< ["Catania"]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 DESC WITHDIST
a< [["Palermo" "190.4424"]]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 5 ANY ASC
a< ["Catania" "Palermo"]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 124.3 mi asc withdist
a< [["Catania" "35.0711"] ["Palermo" "118.3357"]]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 656168 ft ASC WITHDIST
a< [["Catania" "185174.7305"] ["Palermo" "624811.1215"]]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 0 km
a< []
resp3 c
c> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST WITHHASH WITHCOORD
c< [["Catania" "56.4413" 3479447370796909 [,15.08726745843887329 ,37.50266842333162032]] ["Palermo" "190.4424" 3479099956230698 [,13.36138933897018433 ,38.11555639549629859]]]
# a box
a> GEOSEARCH g FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHCOORD WITHDIST
a< [["Catania" "56.4413" ["15.08726745843887329" "37.50266842333162032"]] ["Palermo" "190.4424" ["13.36138933897018433" "38.11555639549629859"]] ["edge2" "279.7403" ["17.24151045083999634" "38.78813451624225195"]] ["edge1" "279.7405" ["12.7584877610206604" "38.78813451624225195"]]]
a> GEOSEARCH g FROMLONLAT 15 37 BYBOX 10 400 km ASC
a< []
a> GEOSEARCH g FROMLONLAT 15 37 BYBOX 400 10 km ASC
a< []
a> GEOSEARCH g BYBOX 400 400 km ASC FROMLONLAT 15 37 COUNT 2
a< ["Catania" "Palermo"]
# around a member
a> GEOSEARCH g FROMMEMBER Palermo BYRADIUS 200 km ASC
a< ["Palermo" "edge1" "Catania"]
a> GEOSEARCH g FROMMEMBER Palermo BYBOX 200 200 km DESC WITHDIST
a< [["edge1" "91.4007"] ["Palermo" "0.0000"]]
# in any order of the words; the last one of a kind counts
a> GEOSEARCH g ASC BYRADIUS 1 km WITHDIST BYRADIUS 200 km FROMLONLAT 1 1 FROMLONLAT 15 37
a< [["Catania" "56.4413"] ["Palermo" "190.4424"]]
# over the date line
a> GEOADD p 179.9 10 east -179.9 10 west 179.95 -10 south
a< 3
a> GEOSEARCH p FROMLONLAT 179.99 10 BYRADIUS 50 km ASC
a< ["east" "west"]
a> GEOSEARCH p FROMLONLAT -179.99 10 BYBOX 50 50 km ASC WITHDIST
a< [["west" "9.8584"] ["east" "12.0491"]]
a> GEOSEARCH p FROMMEMBER west BYRADIUS 50000 km ASC
a< ["west" "east" "south"]
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS x km
a< (error) ERR need numeric radius
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS -1 km
a< (error) ERR radius cannot be negative
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 parsec
a< (error) ERR unsupported unit provided. please use M, KM, FT, MI
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km COUNT 0
a< (error) ERR COUNT must be > 0
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km COUNT -1
a< (error) ERR COUNT must be > 0
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km COUNT x
a< (error) ERR value is not an integer or out of range
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km COUNT
a< (error) ERR syntax error
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km ANY
a< (error) ERR the ANY argument requires COUNT argument
a> GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 100 km nonsense
a< (error) ERR syntax error
a> GEOSEARCH g FROMLONLAT 15 37 ASC WITHDIST
a< (error) ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH
a> GEOSEARCH g BYRADIUS 1 km ASC WITHDIST
a< (error) ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH
a> GEOSEARCH g ASC DESC WITHDIST WITHHASH WITHCOORD
a< (error) ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH
a> GEOSEARCH g FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 1 km
a< (error) ERR syntax error
a> GEOSEARCH g FROMLONLAT 1 1 FROMMEMBER Palermo BYRADIUS 1 km
a< (error) ERR syntax error
a> GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 km BYBOX 1 1 km
a< (error) ERR syntax error
a> GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 1 km BYRADIUS 1 km
a< (error) ERR syntax error
a> GEOSEARCH g FROMLONLAT 1 1 BYBOX x 1 km
a< (error) ERR need numeric width
a> GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 x km
a< (error) ERR need numeric height
a> GEOSEARCH g FROMLONLAT 1 1 BYBOX -1 1 km
a< (error) ERR height or width cannot be negative
a> GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 -1 km
a< (error) ERR height or width cannot be negative
a> GEOSEARCH g FROMLONLAT 1 1 BYBOX 1 1 parsec
a< (error) ERR unsupported unit provided. please use M, KM, FT, MI
a> GEOSEARCH g FROMLONLAT 181 1 BYRADIUS 1 km
a< (error) ERR invalid longitude,latitude pair 181.000000,1.000000
a> GEOSEARCH g FROMMEMBER nobody BYRADIUS 1 km
a< (error) ERR could not decode requested zset member
a> GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 km STORE d
a< (error) ERR syntax error
a> GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 km STOREDIST
a< (error) ERR syntax error
a> GEOSEARCH none FROMMEMBER nobody BYRADIUS 1 km
a< []
a> GEOSEARCH none FROMLONLAT 1 1 BYRADIUS 1 km
a< []
a> GEOSEARCH none FROMMEMBER nobody BYRADIUS 1 km nonsense
a< (error) ERR syntax error
a> SET text x
a< OK
a> GEOSEARCH text FROMLONLAT 1 1 BYRADIUS 1 km
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1
a< (error) ERR syntax error
only ours
# where Redis finds nothing: beyond a pole, and at the end of the degrees
a> GEOADD n 0 84.5 here 180 84.5 there 180 0 end -180 0 begin
a< 4
a> GEOSEARCH n FROMMEMBER here BYRADIUS 1300 km ASC
a< ["here" "there"]
a> GEOSEARCH n FROMLONLAT 179.999 0 BYRADIUS 1 km ASC
a< ["end" "begin"]
a> GEOSEARCH n FROMLONLAT -179.999 0 BYRADIUS 1 km ASC
a< ["begin" "end"]
a> GEOSEARCH n FROMLONLAT 180 0 BYRADIUS 1 km ASC
a< ["end" "begin"]
end
