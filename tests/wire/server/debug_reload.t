# What is on the disk is what is in memory.
a> SET s v
a< OK
a> XADD x 1-1 f v
a< "1-1"
a> XGROUP CREATE x g 0
a< OK
a> RPUSH l a b c
a< 3
a> PEXPIREAT l 4000000000000
a< 1
a> DEBUG DIGEST
a< $digest=<str>
a> DEBUG RELOAD
a< OK
a> DEBUG DIGEST
a< $digest
a> DEBUG LOADAOF
a< OK
a> DEBUG DIGEST
a< $digest
a> PEXPIRETIME l
a< 4000000000000
a> DEL s
a< 1
a> DEBUG RELOAD NOSAVE
a< OK
a> GET s
a< "v"
a> DEBUG RELOAD NOPE
a< (error) ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.
a> DEBUG RELOAD NOSAVE NOFLUSH
a< (error) ERR Error trying to load the data: ...
