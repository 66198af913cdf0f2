a> HOTKEYS GET
a< nil
a> HOTKEYS STOP
a< nil
a> HOTKEYS START
a< (error) ERR METRICS parameter is required
a> HOTKEYS START METRICS
a< (error) ERR METRICS parameter is required
a> HOTKEYS START METRICS 0
a< (error) ERR METRICS count must be > 0 and <= 2
a> HOTKEYS START METRICS 3 CPU NET
a< (error) ERR METRICS count...
a> HOTKEYS START METRICS 2 CPU
a< (error) ERR METRICS count does not match number of metric types provided
a> HOTKEYS START METRICS 1 CPU NET
a< (error) ERR syntax error
a> HOTKEYS START METRICS 1 GPU
a< (error) ERR METRICS no valid metrics passed. Supported: CPU|NET
a> HOTKEYS START METRICS 2 CPU CPU
a< (error) ERR METRICS CPU defined more than once!
a> HOTKEYS START METRICS 1 CPU DURATION 0
a< (error) ERR DURATION must be between 1 and 1000000
a> HOTKEYS START METRICS 1 CPU COUNT 0
a< (error) ERR COUNT must be between 1 and 64
a> HOTKEYS START METRICS 1 CPU COUNT 65
a< (error) ERR COUNT must be between 1 and 64
a> HOTKEYS START METRICS 1 CPU SAMPLE 0
a< (error) ERR SAMPLE ratio must be positive
a> HOTKEYS START METRICS 1 CPU SLOTS 2 0 5
a< (error) ERR SLOTS parameter cannot be used in non-cluster mode
a> HOTKEYS START METRICS 1 CPU COUNT
a< (error) ERR syntax error
a> HOTKEYS START METRICS 2 NET GPU COUNT 2 DURATION 1000 SAMPLE 1
a< OK
a> HOTKEYS START METRICS 1 CPU
a< (error) ERR hotkey tracking session already in progress
a> HOTKEYS START nonsense
a< (error) ERR hotkey tracking session already in progress
a> HOTKEYS RESET
a< (error) ERR hotkey tracking session in progress, stop tracking first
a> MSET a 1 b 1
a< OK
a> SET a 1234567890
a< OK
a> SET c 12345
a< OK
a> SET a 1234567890
a< OK
a> HOTKEYS STOP
a< OK
a> SET z 1234567890123456789012345678901234567890
a< OK
a> HOTKEYS GET
a< [["tracking-active" 0 "sample-ratio" 1 "selected-slots" [[0 16383]] "all-commands-all-slots-us" <int> "net-bytes-all-commands-all-slots" <int> "collection-start-time-unix-ms" <int> "collection-duration-ms" <int> "total-net-bytes" <int> "by-net-bytes" ["a" <int> "c" <int>]]]
a> HOTKEYS RESET
a< OK
a> HOTKEYS GET
a< nil
# In RESP3 a map; the time of CPU beside the total of the process.
resp3 a
a> HOTKEYS START METRICS 1 CPU
a< OK
a> HOTKEYS GET
a< [{"tracking-active" 1 "sample-ratio" 1 "selected-slots" [[0 16383]] "all-commands-all-slots-us" <int> "net-bytes-all-commands-all-slots" <int> "collection-start-time-unix-ms" <int> "collection-duration-ms" <int> "total-cpu-time-user-ms" <int> "total-cpu-time-sys-ms" <int> "by-cpu-time-us" []}]
a> HOTKEYS STOP
a< OK
a> HOTKEYS RESET
a< OK
# The calls of a transaction count, EXEC does not, which is made of them: 19 bytes are SET's, 10 those
# of MULTI, 28 those of START itself.
a> HOTKEYS START METRICS 1 NET
a< OK
a> MULTI
a< OK
a> SET k 0123456789
a< QUEUED
a> EXEC
a< [OK]
a> HOTKEYS STOP
a< OK
a> HOTKEYS GET
a< [{"tracking-active" 0 "sample-ratio" 1 "selected-slots" [[0 16383]] "all-commands-all-slots-us" <int> "net-bytes-all-commands-all-slots" 57 "collection-start-time-unix-ms" <int> "collection-duration-ms" <int> "total-net-bytes" 57 "by-net-bytes" ["k" 19]}]
# It ends by itself.
a> HOTKEYS START METRICS 1 CPU DURATION 1
a< OK
wait 5000 HOTKEYS RESET -> OK
a> HOTKEYS STOP
a< nil
a> HOTKEYS HELP
a< *
