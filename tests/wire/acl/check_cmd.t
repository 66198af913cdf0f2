# redis.acl_check_cmd judges the caller's rules; of a call without its keys the command alone
a> ACL SETUSER u on nopass +@all -get ~k &c
a< OK
b> AUTH u x
b< OK
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 SET k v
b< "true"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 SET x v
b< "false"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 GET k
b< "false"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 PUBLISH d v
b< "false"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 SORT k STORE x
b< "false"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 SORT
b< "true"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 GEORADIUS
b< "true"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 MIGRATE
b< "true"
b> EVAL "return tostring(redis.acl_check_cmd(unpack(ARGV)))" 0 OBJECT
b< "true"
a> ACL DELUSER u
a< 1
