# PSUBSCRIBE: channels that fit a pattern.
oracle
a> PSUBSCRIBE news.* h?llo
a< ["psubscribe" "news.*" 1]
a< ["psubscribe" "h?llo" 2]
a> PSUBSCRIBE news.*
a< ["psubscribe" "news.*" 2]
p> PUBLISH news.it m
p< 1
a< ["pmessage" "news.*" "news.it" "m"]
p> PUBLISH hello m
p< 1
a< ["pmessage" "h?llo" "hello" "m"]
p> PUBLISH hllo m
p< 0
p> PUBLISH NEWS.it m
p< 0

# a client gets a message once for its channel and once for each pattern that fits; each counts
restart
a> SUBSCRIBE abc
a< ["subscribe" "abc" 1]
a> PSUBSCRIBE a*
a< ["psubscribe" "a*" 2]
p> PUBLISH abc m
p< 2
a< ["message" "abc" "m"]
a< ["pmessage" "a*" "abc" "m"]
b> PSUBSCRIBE *c
b< ["psubscribe" "*c" 1]
p> PUBLISH abc n
p< 3
a< ["message" "abc" "n"]
a< ["pmessage" "a*" "abc" "n"]
b< ["pmessage" "*c" "abc" "n"]

# classes, escapes, the empty pattern
restart
a> PSUBSCRIBE [a-c]x "\\*" ""
a< ["psubscribe" "[a-c]x" 1]
a< ["psubscribe" "\\*" 2]
a< ["psubscribe" "" 3]
p> PUBLISH bx m
p< 1
a< ["pmessage" "[a-c]x" "bx" "m"]
p> PUBLISH dx m
p< 0
p> PUBLISH * m
p< 1
a< ["pmessage" "\\*" "*" "m"]
p> PUBLISH x m
p< 0
p> PUBLISH "" m
p< 1
a< ["pmessage" "" "" "m"]

p> PSUBSCRIBE
p< (error) ERR wrong number of arguments for 'psubscribe' command

restart
resp3 a
a> PSUBSCRIBE a*
a< >["psubscribe" "a*" 1]
p> PUBLISH abc m
p< 1
a< >["pmessage" "a*" "abc" "m"]

# patterns do not see shard channels
restart
a> PSUBSCRIBE *
a< ["psubscribe" "*" 1]
p> SPUBLISH c m
p< 0
