a> HIMPORT PREPARE f a
a< OK
a> HIMPORT SET h f 1
a< OK
a> HGETALL h
a< ["a" "1"]
# the same name again replaces the set; one that is refused does not
a> HIMPORT PREPARE f x y
a< OK
a> HIMPORT PREPARE f a b a
a< (error) ERR duplicate field name in fieldset
a> HIMPORT SET h f 1 2
a< OK
a> HGETALL h
a< ["x" "1" "y" "2"]
a> HIMPORT PREPARE g a a
a< (error) ERR duplicate field name in fieldset
a> HIMPORT SET h g 1 2
a< (error) ERR no such fieldset
# empty names are names
a> HIMPORT PREPARE "" "" b
a< OK
a> HIMPORT SET h "" v w
a< OK
a> HGET h ""
a< "v"
# in the hash the shorter names come first
a> HIMPORT PREPARE o ccc b aa a
a< OK
a> HIMPORT SET h o 1 2 3 4
a< OK
a> HGETALL h
a< ["a" "4" "b" "2" "aa" "3" "ccc" "1"]
a> HIMPORT PREPARE f
a< (error) ERR wrong number of arguments for 'himport|prepare' command
