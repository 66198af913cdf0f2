oracle
# FUNCTION LIST and STATS for a client of RESP3.
resp3 a
a> function flush
a< OK
a> function load "#!lua name=lib\nredis.register_function{function_name='f',callback=function(k,a) return {map={a=a[1]}} end,flags={'no-writes','allow-oom'},description='d'}"
a< "lib"
a> function list
a< [{"library_name" "lib" "engine" "LUA" "functions" [{"name" "f" "description" "d" "flags" ~[no-writes allow-oom]}]}]
a> function list withcode
a< [{"library_name" "lib" "engine" "LUA" "functions" [{"name" "f" "description" "d" "flags" ~[no-writes allow-oom]}] "library_code" "#!lua name=lib\x0aredis.register_function{function_name='f',callback=function(k,a) return {map={a=a[1]}} end,flags={'no-writes','allow-oom'},description='d'}"}]
a> function stats
a< {"running_script" nil "engines" {"LUA" {"libraries_count" 1 "functions_count" 1}}}
a> fcall f 0 x
a< {"a" "x"}
a> function flush
a< OK
a> FUNCTION FLUSH
a< OK
