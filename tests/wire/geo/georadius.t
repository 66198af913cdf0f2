oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> GEORADIUS g 15 37 200 km ASC
a< ["Catania" "Palermo"]
a> GEORADIUS g 15 37 200 km DESC
a< ["Palermo" "Catania"]
a> GEORADIUS g 15 37 100 km ASC
a< ["Catania"]
a> GEORADIUS g 15 37 200 km ASC WITHDIST
a< [["Catania" "56.4413"] ["Palermo" "190.4424"]]
a> GEORADIUS g 15 37 200 km ASC WITHHASH
a< [["Catania" 3479447370796909] ["Palermo" 3479099956230698]]
a> GEORADIUS g 15 37 200 km ASC WITHCOORD
a< [["Catania" ["15.08726745843887329" "37.50266842333162032"]] ["Palermo" ["13.36138933897018433" "38.11555639549629859"]]]
a> GEORADIUS g 15 37 200 km WITHCOORD WITHHASH WITHDIST DESC
a< [["Palermo" "190.4424" 3479099956230698 ["13.36138933897018433" "38.11555639549629859"]] ["Catania" "56.4413" 3479447370796909 ["15.08726745843887329" "37.50266842333162032"]]]
a> GEORADIUS g 15 37 200000 m COUNT 1
a< ["Catania"]
a> GEORADIUS g 15 37 200 km COUNT 1 DESC WITHDIST
a< [["Palermo" "190.4424"]]
a> GEORADIUS g 15 37 200 km COUNT 5 ANY ASC
a< ["Catania" "Palermo"]
a> GEORADIUS g 15 37 124.3 mi asc withdist
a< [["Catania" "35.0711"] ["Palermo" "118.3357"]]
a> GEORADIUS g 15 37 656168 ft ASC WITHDIST
a< [["Catania" "185174.7305"] ["Palermo" "624811.1215"]]
a> GEORADIUS g 15 37 0 km
a< []
resp3 c
c> GEORADIUS g 15 37 200 km ASC WITHDIST WITHHASH WITHCOORD
c< [["Catania" "56.4413" 3479447370796909 [,15.08726745843887329 ,37.50266842333162032]] ["Palermo" "190.4424" 3479099956230698 [,13.36138933897018433 ,38.11555639549629859]]]
a> GEORADIUS g 15 37 200 km STORE d
a< 2
a> ZRANGE d 0 -1 WITHSCORES
a< ["Palermo" "3479099956230698" "Catania" "3479447370796909"]
a> GEORADIUS g 15 37 200 km COUNT 1 STORE d
a< 1
a> ZRANGE d 0 -1
a< ["Catania"]
a> SET d x EX 100
a< OK
a> GEORADIUS g 15 37 200 km STOREDIST d
a< 2
a> ZCARD d
a< 2
a> TTL d
a< -1
a> GEODIST g Palermo Catania
a< "166274.1516"
# the last one counts
a> GEORADIUS g 15 37 200 km STORE e STOREDIST f
a< 2
a> EXISTS e
a< 0
a> EXISTS f
a< 1
# nothing found deletes the destination
a> GEORADIUS g 0 0 0.001 m STORE d
a< 0
a> EXISTS d
a< 0
a> GEORADIUS g 15 37 200 km STORE d WITHDIST
a< (error) ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options
a> GEORADIUS g 15 37 200 km STORE d WITHCOORD
a< (error) ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options
a> GEORADIUS g 15 37 200 km STOREDIST d WITHHASH
a< (error) ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options
a> GEORADIUS g 15 37 200 km STORE
a< (error) ERR syntax error
a> GEORADIUS g 15 37 x km
a< (error) ERR need numeric radius
a> GEORADIUS g 15 37 -1 km
a< (error) ERR radius cannot be negative
a> GEORADIUS g 15 37 1 parsec
a< (error) ERR unsupported unit provided. please use M, KM, FT, MI
a> GEORADIUS g 15 37 100 km COUNT 0
a< (error) ERR COUNT must be > 0
a> GEORADIUS g 15 37 100 km COUNT -1
a< (error) ERR COUNT must be > 0
a> GEORADIUS g 15 37 100 km COUNT x
a< (error) ERR value is not an integer or out of range
a> GEORADIUS g 15 37 100 km COUNT
a< (error) ERR syntax error
a> GEORADIUS g 15 37 100 km ANY
a< (error) ERR the ANY argument requires COUNT argument
a> GEORADIUS g 15 37 100 km nonsense
a< (error) ERR syntax error
a> GEORADIUS g 181 37 200 km
a< (error) ERR invalid longitude,latitude pair 181.000000,37.000000
a> GEORADIUS g x 37 200 km
a< (error) ERR value is not a valid float
a> GEORADIUS none 15 37 200 km
a< []
a> GEORADIUS none x 37 200 km
a< (error) ERR value is not a valid float
a> GEORADIUS g 15 37 200 km STORE d
a< 2
a> GEORADIUS none 15 37 200 km STORE d
a< 0
a> EXISTS d
a< 0
a> SET text x
a< OK
a> GEORADIUS text 15 37 200 km
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEORADIUS text x 37 200 km
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEORADIUS g 15 37 200
a< (error) ERR wrong number of arguments for 'georadius' command
