a> HIMPORT DISCARDALL
a< 0
a> HIMPORT PREPARE f a b
a< OK
a> HIMPORT PREPARE g a
a< OK
a> HIMPORT PREPARE g b
a< OK
a> HIMPORT DISCARDALL
a< 2
a> HIMPORT DISCARDALL
a< 0
a> HIMPORT SET h g 1
a< (error) ERR no such fieldset
a> HIMPORT DISCARDALL x
a< (error) ERR wrong number of arguments for 'himport|discardall' command
