oracle
a> GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
a< 2
a> GEORADIUSBYMEMBER_RO g Catania 200 km ASC
a< ["Catania" "Palermo"]
a> GEORADIUSBYMEMBER_RO g Catania 200 km DESC
a< ["Palermo" "Catania"]
a> GEORADIUSBYMEMBER_RO g Catania 100 km ASC
a< ["Catania"]
a> GEORADIUSBYMEMBER_RO g Catania 200 km ASC WITHDIST
a< [["Catania" "0.0000"] ["Palermo" "166.2742"]]
a> GEORADIUSBYMEMBER_RO g Catania 200 km ASC WITHHASH
a< [["Catania" 3479447370796909] ["Palermo" 3479099956230698]]
a> GEORADIUSBYMEMBER_RO g Catania 200 km ASC WITHCOORD
a< [["Catania" ["15.08726745843887329" "37.50266842333162032"]] ["Palermo" ["13.36138933897018433" "38.11555639549629859"]]]
a> GEORADIUSBYMEMBER_RO g Catania 200 km WITHCOORD WITHHASH WITHDIST DESC
a< [["Palermo" "166.2742" 3479099956230698 ["13.36138933897018433" "38.11555639549629859"]] ["Catania" "0.0000" 3479447370796909 ["15.08726745843887329" "37.50266842333162032"]]]
a> GEORADIUSBYMEMBER_RO g Catania 200000 m COUNT 1
a< ["Catania"]
a> GEORADIUSBYMEMBER_RO g Catania 200 km COUNT 1 DESC WITHDIST
a< [["Palermo" "166.2742"]]
a> GEORADIUSBYMEMBER_RO g Catania 200 km COUNT 5 ANY ASC
a< ["Catania" "Palermo"]
a> GEORADIUSBYMEMBER_RO g Catania 124.3 mi asc withdist
a< [["Catania" "0.0000"] ["Palermo" "103.3182"]]
a> GEORADIUSBYMEMBER_RO g Catania 656168 ft ASC WITHDIST
a< [["Catania" "0.0000"] ["Palermo" "545518.8700"]]
a> GEORADIUSBYMEMBER_RO g Catania 0 km
a< ["Catania"]
resp3 c
c> GEORADIUSBYMEMBER_RO g Catania 200 km ASC WITHDIST WITHHASH WITHCOORD
c< [["Catania" "0.0000" 3479447370796909 [,15.08726745843887329 ,37.50266842333162032]] ["Palermo" "166.2742" 3479099956230698 [,13.36138933897018433 ,38.11555639549629859]]]
a> GEORADIUSBYMEMBER_RO g Catania 200 km STORE d
a< (error) ERR syntax error
a> GEORADIUSBYMEMBER_RO g Catania 200 km STOREDIST d
a< (error) ERR syntax error
a> GEORADIUSBYMEMBER_RO g Catania x km
a< (error) ERR need numeric radius
a> GEORADIUSBYMEMBER_RO g Catania -1 km
a< (error) ERR radius cannot be negative
a> GEORADIUSBYMEMBER_RO g Catania 1 parsec
a< (error) ERR unsupported unit provided. please use M, KM, FT, MI
a> GEORADIUSBYMEMBER_RO g Catania 100 km COUNT 0
a< (error) ERR COUNT must be > 0
a> GEORADIUSBYMEMBER_RO g Catania 100 km COUNT -1
a< (error) ERR COUNT must be > 0
a> GEORADIUSBYMEMBER_RO g Catania 100 km COUNT x
a< (error) ERR value is not an integer or out of range
a> GEORADIUSBYMEMBER_RO g Catania 100 km COUNT
a< (error) ERR syntax error
a> GEORADIUSBYMEMBER_RO g Catania 100 km ANY
a< (error) ERR the ANY argument requires COUNT argument
a> GEORADIUSBYMEMBER_RO g Catania 100 km nonsense
a< (error) ERR syntax error
a> GEORADIUSBYMEMBER_RO g nobody 200 km
a< (error) ERR could not decode requested zset member
a> GEORADIUSBYMEMBER_RO none Catania 200 km
a< []
a> GEORADIUSBYMEMBER_RO none Catania x km
a< []
a> GEORADIUSBYMEMBER_RO none Catania x km nonsense
a< (error) ERR syntax error
a> SET text x
a< OK
a> GEORADIUSBYMEMBER_RO text Catania 200 km
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> GEORADIUSBYMEMBER_RO g Catania 200
a< (error) ERR wrong number of arguments for 'georadiusbymember_ro' command
