oracle
resp3 a
a> CONFIG RESETSTAT
a< OK
a> LATENCY HISTOGRAM
a< {"config|resetstat" {"calls" 1 "histogram_usec" *}}
a> CONFIG RESETSTAT
a< OK
a> SET k v
a< OK
a> SET k v
a< OK
a> CONFIG GET port
a< *
a> LATENCY HISTOGRAM set nosuch
a< {"set" {"calls" 2 "histogram_usec" *}}
a> LATENCY HISTOGRAM config|get nosuch
a< {"config|get" {"calls" 1 "histogram_usec" *}}
a> LATENCY HISTOGRAM get
a< {}
# Not counted while it waits, nor when it has waited in vain.
b> BLPOP q 0.01
b< nil-array
a> LATENCY HISTOGRAM blpop
a< {}
b> BLPOP q 0
blocked b
a> LPUSH q x
a< 1
b< ["q" "x"]
a> LATENCY HISTOGRAM blpop
a< {"blpop" {"calls" 1 "histogram_usec" *}}
a> CONFIG SET latency-tracking no
a< OK
a> CONFIG RESETSTAT
a< OK
a> SET k v
a< OK
a> LATENCY HISTOGRAM set
a< {}
a> CONFIG SET latency-tracking yes
a< OK
