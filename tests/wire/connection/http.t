oracle
# A browser made to talk to the server is cut off before its body is taken for commands.
raw a "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET k v\r\n"
closed a
b> EXISTS k
b< 0
raw c "Host: localhost\r\nSET k v\r\n"
closed c
b> EXISTS k
b< 0
