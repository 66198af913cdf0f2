a> HIMPORT DISCARD f
a< 0
a> HIMPORT PREPARE f a b
a< OK
a> HIMPORT PREPARE g a
a< OK
a> HIMPORT SET h f 1 2
a< OK
a> HIMPORT DISCARD f
a< 1
a> HIMPORT DISCARD f
a< 0
# what was written from it stays, and so do the others
a> HGETALL h
a< ["a" "1" "b" "2"]
a> HIMPORT SET h f 1 2
a< (error) ERR no such fieldset
a> HIMPORT SET h g 1
a< OK
a> HIMPORT DISCARD
a< (error) ERR wrong number of arguments for 'himport|discard' command
a> HIMPORT DISCARD a b
a< (error) ERR wrong number of arguments for 'himport|discard' command
