oracle
# CONFIG GET, SET, RESETSTAT and their errors.
a> CONFIG GET maxmemory-policy
a< ["maxmemory-policy" "noeviction"]
a> CONFIG GET stream-node-max-ent* stream-node-max-entries
a< ["stream-node-max-entries" "100"]
a> CONFIG GET nosuch
a< []
a> CONFIG SET stream-node-max-entries 7 hz 20
a< OK
a> CONFIG GET stream-node-max-entries
a< ["stream-node-max-entries" "7"]
a> CONFIG SET stream-node-max-entries 100 hz 10
a< OK
a> CONFIG SET maxmemory 1gb
a< OK
a> CONFIG GET maxmemory
a< ["maxmemory" "1073741824"]
a> CONFIG SET maxmemory 0
a< OK
a> CONFIG SET nosuch x
a< (error) ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'
a> CONFIG SET hz
a< (error) ERR wrong number of arguments for 'config|set' command
a> CONFIG SET hz x
a< (error) ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer
a> CONFIG SET activerehashing maybe
a< (error) ERR CONFIG SET failed (possibly related to argument 'activerehashing') - argument must be 'yes' or 'no'
a> CONFIG SET databases 5
a< (error) ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config
a> CONFIG SET hz 10 hz 11
a< (error) ERR CONFIG SET failed (possibly related to argument 'hz') - duplicate parameter
a> CONFIG SET dir /tmp
a< (error) ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config
# all of it or nothing
a> CONFIG SET timeout 77 hz x
a< (error) ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer
a> CONFIG GET timeout
a< ["timeout" "0"]
a> CONFIG SET save "60 1000 300 0"
a< OK
a> CONFIG SET save "60"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save "60 1 300"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save "x 1"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save "0 1"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save "60 -1"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save "60 1.5"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save " "
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save "60  1"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
a> CONFIG SET save "60 1" hz x
a< (error) ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer
only ours
# Redis takes what does not fit for another number.
a> CONFIG SET save "60 99999999999999999999"
a< (error) ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
end
a> CONFIG GET save
a< ["save" "60 1000 300 0"]
a> CONFIG SET save ""
a< OK
a> CONFIG RESETSTAT
a< OK
a> CONFIG REWRITE
a< (error) ERR The server is running without a config file
a> CONFIG HELP
a< *
resp3 a
a> CONFIG GET port-nosuch
a< {}
