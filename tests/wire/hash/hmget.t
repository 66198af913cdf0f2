oracle
a> HMGET h a b
a< [nil nil]
a> HSET h a 1 b 2
a< 2
a> HMGET h b x a b
a< ["2" nil "1" "2"]
a> HMGET h
a< (error) ERR wrong number of arguments for 'hmget' command
a> SET s x
a< OK
a> HMGET s a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
