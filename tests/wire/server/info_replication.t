# INFO replication of a server that nobody follows, and what other sections say of it.
oracle
a> INFO replication
a< <str>
a> CLIENT LIST TYPE master
a< ""
a> CLIENT LIST TYPE slave
a< ""
a> CLIENT KILL TYPE replica
a< 0
