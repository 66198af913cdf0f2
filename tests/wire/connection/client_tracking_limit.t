# The table keeps to tracking-table-max-keys: what has to go is told as if it had changed.
a> CONFIG SET tracking-table-max-keys 1
a< OK
resp3 a
a> CLIENT TRACKING ON
a< OK
a> GET k
a< nil
a> GET l
a< nil
a< >["invalidate" [<str>]]
a> CONFIG SET tracking-table-max-keys 0
a< OK
a> MGET k l m n
a< [nil nil nil nil]
a< (nothing)
