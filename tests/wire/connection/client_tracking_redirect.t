oracle
# To another connection: in RESP2 as a message, for a subscriber.
r> CLIENT ID
r< $id=<int>
r> SUBSCRIBE __redis__:invalidate
r< ["subscribe" "__redis__:invalidate" 1]
a> CLIENT TRACKING ON REDIRECT $id
a< OK
a> CLIENT GETREDIR
a< $id
a> GET k
a< nil
b> SET k 1
b< OK
r< ["message" "__redis__:invalidate" ["k"]]
a> GET k
a< "1"
a> SET k 2
a< OK
r< ["message" "__redis__:invalidate" ["k"]]
b> FLUSHALL
b< OK
r< ["message" "__redis__:invalidate" nil]
a< (nothing)
# One that is subscribed to nothing gets nothing in RESP2.
q> CLIENT ID
q< $other=<int>
a> CLIENT TRACKING ON REDIRECT $other
a< OK
a> GET k
a< nil
b> SET k 1
b< OK
q< (nothing)
r< (nothing)
# In RESP3 it is a push, also for a reader in RESP2.
resp3 q
a> GET k
a< "1"
b> SET k 2
b< OK
q< >["invalidate" ["k"]]
# Broadcast.
a> CLIENT TRACKING OFF
a< OK
a> CLIENT TRACKING ON BCAST PREFIX p REDIRECT $id
a< OK
b> MSET p1 1 p2 1
b< OK
r< ["message" "__redis__:invalidate" ["p1" "p2"]]
# Back to the own connection.
resp3 a
a> CLIENT TRACKING ON BCAST
a< OK
b> SET k 3
b< OK
a< >["invalidate" ["k"]]
