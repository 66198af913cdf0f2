oracle
# FUNCTION and FCALL.
a> function flush
a< OK
a> function list
a< []
a> function stats
a< ["running_script" nil "engines" ["LUA" ["libraries_count" 0 "functions_count" 0]]]
a> function dump
a< "\x0a\x00]\x9b\x5c@\x0f\x7f\xa2\xda"
a> function load "#!lua name=lib1\nredis.register_function('f1', function(keys, args) return {keys, args} end)"
a< "lib1"
a> function load "#!lua name=lib1\nredis.register_function('f1', function(keys, args) return {keys, args} end)"
a< (error) ERR Library 'lib1' already exists
a> function load replace "#!lua name=lib1\nredis.register_function('f1', function(keys, args) return {keys[1], args[1], 2} end)"
a< "lib1"
a> fcall f1 1 k a
a< ["k" "a" 2]
a> fcall f1 0
a< []
a> fcall f1 x
a< (error) ERR Bad number of keys provided
a> fcall f1 -1
a< (error) ERR Number of keys can't be negative
a> fcall f1 3 a
a< (error) ERR Number of keys can't be greater than number of args
a> fcall nof 0
a< (error) ERR Function not found
a> fcall F1 0
a< []
a> fcall_ro f1 0
a< (error) ERR Can not execute a script with write flag using *_ro command.
a> function load x "#!lua name=lib2\nx"
a< (error) ERR Unknown option given: x
a> function load replace
a< (error) ERR Missing library metadata
a> function load foo
a< (error) ERR Missing library metadata
a> function load "#!lua\nfoo"
a< (error) ERR Library name was not given
a> function load "#!lua name=\nfoo"
a< (error) ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long
a> function load "#!lua name=a-b\nfoo"
a< (error) ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long
a> function load "#!lua name=a name=b\nfoo"
a< (error) ERR Invalid metadata value, name argument was given multiple times
a> function load "#!lua foo=a name=b\nfoo"
a< (error) ERR Invalid metadata value given: foo=a
a> function load "#!lua name=abc"
a< (error) ERR Invalid library metadata
a> function load "#!js name=abc\nfoo"
a< (error) ERR Engine 'js' not found
a> function load "#! name=abc\nfoo"
a< (error) ERR Engine '' not found
a> function load "#!lua name=abc\nfoo"
a< (error) ERR Error compiling function: user_function:2: '=' expected near '<eof>'
a> function load "#!lua name=abc\nreturn 1"
a< (error) ERR No functions registered
only ours
a> function load "#!lua name=abc\nerror('x')"
a< (error) ERR Error registering functions: ERR user_function:2: x
a> function load "#!lua name=abc\nerror({err='x'})"
a< (error) ERR Error registering functions: x
a> function load "#!lua name=abc\nredis.call('get','x')"
a< (error) ERR Error registering functions: ERR user_function:2: attempt to call field 'call' (a nil value)
a> function load "#!lua name=abc\nreturn redis.setresp(3)"
a< (error) ERR Error registering functions: ERR user_function:2: attempt to call field 'setresp' (a nil value)
end
a> function load "#!lua name=abc\nfoo = 1"
a< (error) ERR Error registering functions: ERR user_function:2: Attempt to modify a readonly table
a> function load "#!lua name=abc\nlocal x = foo"
a< (error) ERR Error registering functions: ERR user_function:2: Script attempted to access nonexistent global variable 'foo'
a> function load "#!lua name=abc\nredis.register_function('f1', function() end)"
a< (error) ERR Function f1 already exists
a> function load "#!lua name=abc\nredis.register_function('f2', function() end) redis.register_function('f2', function() end)"
a< (error) ERR Error registering functions: ERR Function already exists in the library
a> function load "#!lua name=abc\nredis.register_function()"
a< (error) ERR Error registering functions: ERR wrong number of arguments to redis.register_function
a> function load "#!lua name=abc\nredis.register_function(1)"
a< (error) ERR Error registering functions: ERR calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).
a> function load "#!lua name=abc\nredis.register_function('x')"
a< (error) ERR Error registering functions: ERR calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).
a> function load "#!lua name=abc\nredis.register_function('x', 1)"
a< (error) ERR Error registering functions: ERR second argument to redis.register_function must be a function
a> function load "#!lua name=abc\nredis.register_function(1, function() end)"
a< "abc"
a> function load "#!lua name=abc\nredis.register_function('a-b', function() end)"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function({1})"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{function_name='x'}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{callback=function() end}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{function_name=1}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{function_name='x',callback=1}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{function_name='x',callback=function() end,flags=1}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{function_name='x',callback=function() end,flags={'x'}}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{function_name='x',callback=function() end,description=1}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function{function_name='x',callback=function() end,foo=1}"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=abc\nredis.register_function('x', function() end, 3)"
a< (error) ERR Library 'abc' already exists
a> function load "#!lua name=ro\nredis.register_function{function_name='ro1',callback=function() return redis.call('get','k') end,flags={'no-writes'},description='reads k'}"
a< "ro"
a> function load "#!lua name=row\nredis.register_function{function_name='ro2',callback=function() return redis.call('set','k','v') end,flags={'no-writes'}}"
a< "row"
a> function load "#!lua name=wr\nredis.register_function('wr1', function(k,a) return redis.call('set',k[1],a[1]) end)"
a< "wr"
a> fcall wr1 1 k hello
a< OK
a> fcall_ro wr1 1 k hello
a< (error) ERR Can not execute a script with write flag using *_ro command.
a> fcall ro1 0
a< "hello"
a> fcall_ro ro1 0
a< "hello"
a> fcall ro2 0
a< (error) ERR Write commands are not allowed from read-only scripts. script: ro2, on @user_function:2.
only ours
a> function list libraryname ro*
a< [["library_name" "ro" "engine" "LUA" "functions" [["name" "ro1" "description" "reads k" "flags" [no-writes]]]] ["library_name" "row" "engine" "LUA" "functions" [["name" "ro2" "description" nil "flags" [no-writes]]]]]
a> function list libraryname ro* withcode
a< [["library_name" "ro" "engine" "LUA" "functions" [["name" "ro1" "description" "reads k" "flags" [no-writes]]] "library_code" "#!lua name=ro\x0aredis.register_function{function_name='ro1',callback=function() return redis.call('get','k') end,flags={'no-writes'},description='reads k'}"] ["library_name" "row" "engine" "LUA" "functions" [["name" "ro2" "description" nil "flags" [no-writes]]] "library_code" "#!lua name=row\x0aredis.register_function{function_name='ro2',callback=function() return redis.call('set','k','v') end,flags={'no-writes'}}"]]
end
a> function list withcode libraryname wr
a< [["library_name" "wr" "engine" "LUA" "functions" [["name" "wr1" "description" nil "flags" []]] "library_code" "#!lua name=wr\x0aredis.register_function('wr1', function(k,a) return redis.call('set',k[1],a[1]) end)"]]
a> function list libraryname
a< (error) ERR library name argument was not given
a> function list foo
a< (error) ERR Unknown argument foo
a> function list libraryname x libraryname y
a< (error) ERR Unknown argument libraryname
a> function list withcode withcode
a< (error) ERR Unknown argument withcode
a> function stats
a< ["running_script" nil "engines" ["LUA" ["libraries_count" 5 "functions_count" 5]]]
a> function load "#!lua name=err\nredis.register_function('e1', function(k,a) return redis.call('nosuch') end)\nredis.register_function('e2', function(k,a) error('boom') end)\nredis.register_function('e3', function(k,a) return KEYS end)\nredis.register_function('e4', function(k,a) return redis.register_function('x', function() end) end)\nredis.register_function('e5', function(k,a) foo = 1 end)\nlocal r = redis.register_function\nredis.register_function('e6', function(k,a) r('x', function() end) end)\nredis.register_function('e7', function(k,a) return redis.pcall('incr','k') end)\nredis.register_function('e8', function(k,a) return redis.setresp(3) end)"
a< "err"
a> fcall e1 0
a< (error) ERR Unknown Redis command called from script script: e1, on @user_function:2.
a> fcall e2 0
a< (error) ERR user_function:3: boom script: e2, on @user_function:3.
a> fcall e3 0
a< (error) ERR user_function:4: Script attempted to access nonexistent global variable 'KEYS' script: e3, on @user_function:4.
a> fcall e4 0
a< (error) ERR user_function:5: attempt to call field 'register_function' (a nil value) script: e4, on @user_function:5.
a> fcall e5 0
a< (error) ERR user_function:6: Attempt to modify a readonly table script: e5, on @user_function:6.
a> fcall e6 0
a< (error) ERR redis.register_function can only be called on FUNCTION LOAD command script: e6, on @user_function:8.
a> fcall e7 0
a< (error) ERR value is not an integer or out of range
a> fcall e8 0
a< nil
a> eval "return redis.call('fcall','f1',0)" 0
a< (error) ERR This Redis command is not allowed from script script: 318f34208dc711a36f1540baa11bb07a7ad7864c, on @user_script:1.
a> function delete nolib
a< (error) ERR Library not found
a> function delete ro
a< OK
a> fcall ro1 0
a< (error) ERR Function not found
a> function flush x
a< (error) ERR FUNCTION FLUSH only supports SYNC|ASYNC option
a> function flush sync x
a< (error) ERR unknown subcommand or wrong number of arguments for 'flush'. Try FUNCTION HELP.
a> function restore x
a< (error) ERR DUMP payload version or checksum are wrong
a> function restore x x
a< (error) ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.
a> function restore x flush x
a< (error) ERR unknown subcommand or wrong number of arguments for 'restore'. Try FUNCTION HELP.
a> function nosuch
a< (error) ERR unknown subcommand 'nosuch'. Try FUNCTION HELP.
a> function kill
a< (error) NOTBUSY No scripts in execution right now.
a> function flush async
a< OK
a> function load "#!lua name=l\nredis.register_function('a', function() return redis.sha1hex('x') end)"
a< "l"
a> fcall a 0
a< "11f6ad8ec52a2984abaafd7c3b516503785c2072"
a> function dump
a< "\xf5\xc3@N@S\x1f#!lua name=l\x0aredis.register_func\x09tion('a', \xe0\x00\x0d\x07) return \x06@.\x10sha1hex('x') end)\x0a\x00o\x85\xcc\xd8tNK\xa1"
a> function load "#!lua name=state\nlocal n = 0\nredis.register_function('cnt', function() n = n + 1 return n end)"
a< "state"
a> fcall cnt 0
a< 1
a> fcall cnt 0
a< 2
a> function load "#!lua name=ver\nlocal v = redis.REDIS_VERSION_NUM ~= nil\nredis.register_function('v', function() return v end)"
a< "ver"
a> fcall v 0
a< 1
a> function flush
a< OK
a> FUNCTION FLUSH
a< OK
a> FUNCTION HELP
a< *
restart
# The first line of a library: quotes, and any case.
a> function load "#!lua \"name=q1\"\nredis.register_function('q1', function() end)"
a< "q1"
a> function load "#!LUA NAME='q2'\nredis.register_function('q2', function() end)"
a< "q2"
a> function load "#!lua name=\"q3\nredis.register_function('q3', function() end)"
a< (error) ERR Invalid library metadata
# What register_function takes: numbers are texts, flags have any case.
a> function load "#!lua name=q4\nredis.register_function{function_name = 4, callback = function() return 1 end, description = 5, flags = {'NO-WRITES'}}"
a< "q4"
a> function list libraryname q4
a< [["library_name" "q4" "engine" "LUA" "functions" [["name" "4" "description" "5" "flags" [no-writes]]]]]
a> fcall_ro 4 0
a< 1
a> function load "#!lua name=q5\nredis.register_function{function_name = 'q5', callback = function() end, [5] = 1}"
a< (error) ERR Error registering functions: ERR unknown argument given to redis.register_function
a> function load "#!lua name=q5\nredis.register_function{function_name = 'q5', callback = function() end, [{}] = 1}"
a< (error) ERR Error registering functions: ERR named argument key given to redis.register_function is not a string
a> function load "#!lua name=q5\nredis.register_function{function_name = {}, callback = function() end}"
a< (error) ERR Error registering functions: ERR function_name argument given to redis.register_function must be a string
a> function load "#!lua name=q5\nwhile true do end"
a< (error) ERR Error registering functions: ERR FUNCTION LOAD timeout
only ours
# FCALL takes any case, so one name is enough; the oracle takes both and ends when they go.
a> function load "#!lua name=q6\nredis.register_function('f', function() end) redis.register_function('F', function() end)"
a< (error) ERR Error registering functions: ERR Function already exists in the library
end
a> function flush
a< OK
