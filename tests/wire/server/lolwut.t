oracle
# A picture and a version.
a> LOLWUT
a< <str>
a> LOLWUT VERSION 5
a< <str>
a> LOLWUT VERSION 5 30 1 1
a< <str>
a> LOLWUT VERSION x
a< (error) ERR value is not an integer or out of range
resp3 a
a> LOLWUT
a< <str>
