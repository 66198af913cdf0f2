oracle
# What is no request gets an error and the end of the connection; nobody else notices.
raw a "*x\r\n"
a< (error) ERR Protocol error: invalid multibulk length
closed a
raw b "*2\r\n+GET\r\n"
b< (error) ERR Protocol error: expected '$', got '+'
closed b
raw c "*1\r\n$-5\r\n"
c< (error) ERR Protocol error: invalid bulk length
closed c
raw d "*1\r\n$999999999999\r\n"
d< (error) ERR Protocol error: invalid bulk length
closed d
raw e "SET \"k v\r\n"
e< (error) ERR Protocol error: unbalanced quotes in request
closed e
raw f "*0\r\n*-1\r\nPING\r\n"
f< PONG
g> PING
g< PONG
