oracle
# ZINCRBY begins at 0
a> ZINCRBY z 2 a
a< "2"
a> ZINCRBY z -3.5 a
a< "-1.5"
a> ZINCRBY z inf a
a< "inf"
a> ZINCRBY z 1 a
a< "inf"
a> ZINCRBY z -inf a
a< (error) ERR resulting score is not a number (NaN)
a> ZSCORE z a
a< "inf"
a> ZINCRBY z 1e308 b
a< "1e+308"
a> ZINCRBY z 1e308 b
a< "inf"
resp3 c
c> ZINCRBY z 0.5 c
c< ,0.5
c> ZINCRBY z inf c
c< ,inf
a> ZINCRBY z bad a
a< (error) ERR value is not a valid float
a> ZINCRBY z nan a
a< (error) ERR value is not a valid float
a> ZINCRBY z 1
a< (error) ERR wrong number of arguments for 'zincrby' command
a> ZINCRBY z 1 a b
a< (error) ERR wrong number of arguments for 'zincrby' command
a> SET text x
a< OK
a> ZINCRBY text 1 a
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> ZINCRBY text bad a
a< (error) ERR value is not a valid float
