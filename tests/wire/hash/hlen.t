oracle
a> HLEN h
a< 0
a> HSET h a 1 b 2
a< 2
a> HLEN h
a< 2
a> HLEN h x
a< (error) ERR wrong number of arguments for 'hlen' command
a> SET s x
a< OK
a> HLEN s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
only ours
# an expired field is counted until somebody meets it
a> DEBUG SET-ACTIVE-EXPIRE 0
a< OK
a> HPEXPIREAT h 9999999999999 FIELDS 1 a
a< [1]
a> HSETEX h PX 1 FIELDS 1 c 3
a< 1
wait 2000 HTTL h FIELDS 1 c -> [-2]
a> HLEN h
a< 3
a> HGET h c
a< nil
a> HLEN h
a< 2
a> DEBUG SET-ACTIVE-EXPIRE 1
a< OK
end
