oracle
# CLIENT UNBLOCK, and keys that arrive under another name.
b> CLIENT ID
b< $b=<int>
b> XREAD BLOCK 0 STREAMS s t $ $
blocked b
a> CLIENT UNBLOCK $b
a< 1
b< nil-array
b> XREAD BLOCK 0 STREAMS s t $ $
blocked b
a> CLIENT UNBLOCK $b TIMEOUT
a< 1
b< nil-array
b> XREAD BLOCK 0 STREAMS s t $ $
blocked b
a> CLIENT UNBLOCK $b ERROR
a< 1
b< (error) UNBLOCKED client unblocked via CLIENT UNBLOCK
a> CLIENT UNBLOCK $b
a< 0
a> XADD s 1-0 f a
a< "1-0"
b< (nothing)
b> XREAD BLOCK 0 STREAMS t 0
blocked b
a> RENAME s t
a< OK
b< [["t" [["1-0" ["f" "a"]]]]]
b> XREAD BLOCK 0 STREAMS u 0
blocked b
a> COPY t u
a< 1
b< [["u" [["1-0" ["f" "a"]]]]]
