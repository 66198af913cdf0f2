# PUBSUB: who listens to what.
oracle
p> PUBSUB CHANNELS
p< []
p> PUBSUB SHARDCHANNELS
p< []
p> PUBSUB NUMPAT
p< 0
p> PUBSUB NUMSUB
p< []
p> PUBSUB SHARDNUMSUB
p< []
a> SUBSCRIBE one two
a< ["subscribe" "one" 1]
a< ["subscribe" "two" 2]
b> SUBSCRIBE two
b< ["subscribe" "two" 1]
b> PSUBSCRIBE o* t*
b< ["psubscribe" "o*" 2]
b< ["psubscribe" "t*" 3]
c> PSUBSCRIBE o*
c< ["psubscribe" "o*" 1]
c> SSUBSCRIBE s1 s2
c< ["ssubscribe" "s1" 1]
c< ["ssubscribe" "s2" 2]
p> PUBSUB CHANNELS
p< ~unordered ["one" "two"]
p> PUBSUB CHANNELS o*
p< ["one"]
p> PUBSUB CHANNELS O*
p< []
p> PUBSUB SHARDCHANNELS
p< ~unordered ["s1" "s2"]
p> PUBSUB SHARDCHANNELS *2
p< ["s2"]
p> PUBSUB NUMSUB one two three
p< ["one" 1 "two" 2 "three" 0]
p> PUBSUB SHARDNUMSUB s1 one
p< ["s1" 1 "one" 0]
# patterns are counted once however many clients have them
p> PUBSUB NUMPAT
p< 2

# errors
p> PUBSUB
p< (error) ERR wrong number of arguments for 'pubsub' command
p> PUBSUB NONSENSE
p< (error) ERR unknown subcommand 'NONSENSE'. Try PUBSUB HELP.
p> PUBSUB NUMPAT x
p< (error) ERR wrong number of arguments for 'pubsub|numpat' command
p> PUBSUB HELP x
p< (error) ERR wrong number of arguments for 'pubsub|help' command
p> PUBSUB channels a b
p< (error) ERR unknown subcommand or wrong number of arguments for 'channels'. Try PUBSUB HELP.
p> PUBSUB SHARDCHANNELS a b
p< (error) ERR unknown subcommand or wrong number of arguments for 'SHARDCHANNELS'. Try PUBSUB HELP.
p> PUBSUB HELP
p< *
