oracle
# SCRIPT and EVALSHA.
a> script flush
a< OK
a> evalsha abc 0
a< (error) NOSCRIPT No matching script. Please use EVAL.
a> evalsha abcabcabcabcabcabcabcabcabcabcabcabcabca 0
a< (error) NOSCRIPT No matching script. Please use EVAL.
a> evalsha abcabcabcabcabcabcabcabcabcabcabcabcabca x
a< (error) ERR value is not an integer or out of range
a> script load "return 5"
a< "4ca238f611c9d0ae4e9a75a5dbac22aedc379801"
a> evalsha 4ca238f611c9d0ae4e9a75a5dbac22aedc1e44ca 0
a< (error) NOSCRIPT No matching script. Please use EVAL.
a> evalsha 4CA238F611C9D0AE4E9A75A5DBAC22AEDC1E44CA 0
a< (error) NOSCRIPT No matching script. Please use EVAL.
a> script exists 4ca238f611c9d0ae4e9a75a5dbac22aedc1e44ca x
a< [0 0]
a> script exists
a< (error) ERR wrong number of arguments for 'script|exists' command
a> script load "return ("
a< (error) ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'
a> script load "#!lua x\nreturn 1"
a< (error) ERR Unknown lua shebang option: x
a> script flush x
a< (error) ERR SCRIPT FLUSH only support SYNC|ASYNC option
a> script flush async
a< OK
a> script flush sync x
a< (error) ERR SCRIPT FLUSH only support SYNC|ASYNC option
a> script exists 4ca238f611c9d0ae4e9a75a5dbac22aedc1e44ca
a< [0]
a> script kill
a< (error) NOTBUSY No scripts in execution right now.
a> script debug no
a< OK
a> script debug x
a< (error) ERR Use SCRIPT DEBUG YES/SYNC/NO
a> script nosuch
a< (error) ERR unknown subcommand 'nosuch'. Try SCRIPT HELP.
a> script
a< (error) ERR wrong number of arguments for 'script' command
a> function kill
a< (error) NOTBUSY No scripts in execution right now.
a> FUNCTION FLUSH
a< OK
a> SCRIPT HELP
a< *
restart
# What can't be a digest is unknown, whatever its keys are.
a> evalsha abc x
a< (error) NOSCRIPT No matching script. Please use EVAL.
a> evalsha abc 5
a< (error) NOSCRIPT No matching script. Please use EVAL.
a> evalsha_ro "" -1
a< (error) NOSCRIPT No matching script. Please use EVAL.
