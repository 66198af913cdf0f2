oracle
# a large set is gone through step by step, and its members are all found
config set-max-intset-entries 3
a> SADD s 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
a< 20
a> SSCAN s 0 COUNT 100
a< ["0" ~unordered ["1" "2" "3" "4" "5" "6" "7" "8" "9" "10" "11" "12" "13" "14" "15" "16" "17" "18" "19" "20"]]
a> SSCAN s 0 COUNT 1
a< [$cursor=<str> *]
a> SSCAN s $cursor COUNT 1000000
a< ["0" *]
a> SPOP s 15
a< *
a> SCARD s
a< 5
a> SRANDMEMBER s 3
a< [<str> <str> <str>]
