oracle
a> MSET a ohmytext b mynewtext
a< OK
a> LCS a b
a< "mytext"
a> LCS a b LEN
a< 6
a> LCS a b IDX
a< ["matches" [[[4 7] [5 8]] [[2 3] [0 1]]] "len" 6]
a> LCS a b IDX MINMATCHLEN 4
a< ["matches" [[[4 7] [5 8]]] "len" 6]
a> LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN
a< ["matches" [[[4 7] [5 8] 4]] "len" 6]
a> LCS a b IDX WITHMATCHLEN
a< ["matches" [[[4 7] [5 8] 4] [[2 3] [0 1] 2]] "len" 6]
a> LCS a b IDX MINMATCHLEN 5
a< ["matches" [] "len" 6]
a> LCS a b IDX MINMATCHLEN 0
a< ["matches" [[[4 7] [5 8]] [[2 3] [0 1]]] "len" 6]
a> LCS a b IDX MINMATCHLEN -3
a< ["matches" [[[4 7] [5 8]] [[2 3] [0 1]]] "len" 6]
a> LCS a b MINMATCHLEN 4
a< "mytext"
a> LCS a b WITHMATCHLEN
a< "mytext"
a> LCS b a
a< "mytext"
a> LCS a a
a< "ohmytext"
a> LCS a none
a< ""
a> LCS none none2
a< ""
a> LCS a none LEN
a< 0
a> LCS none none2 IDX
a< ["matches" [] "len" 0]
a> MSET n 12345 m 2345678
a< OK
a> LCS n m
a< "2345"
# which one is found when there are several
a> MSET c abcbdab d bdcaba
a< OK
a> LCS c d
a< "bdab"
a> LCS d c
a< "bcba"
a> LCS c d IDX WITHMATCHLEN
a< ["matches" [[[5 6] [3 4] 2] [[3 4] [0 1] 2]] "len" 4]
a> MSET c xaxbxc d abcxxx
a< OK
a> LCS c d
a< "abc"
a> LCS c d IDX
a< ["matches" [[[5 5] [2 2]] [[3 3] [1 1]] [[1 1] [0 0]]] "len" 3]
a> MSET c aaaa d aa
a< OK
a> LCS c d IDX
a< ["matches" [[[2 3] [0 1]]] "len" 2]
a> LCS d c IDX
a< ["matches" [[[0 1] [2 3]]] "len" 2]
# options and errors
a> LCS a b len
a< 6
a> LCS a b idx withmatchlen minmatchlen 2
a< ["matches" [[[4 7] [5 8] 4] [[2 3] [0 1] 2]] "len" 6]
a> LCS a b LEN IDX
a< (error) ERR If you want both the length and indexes, please just use IDX.
a> LCS a b bogus
a< (error) ERR syntax error
a> LCS a b MINMATCHLEN
a< (error) ERR syntax error
a> LCS a b IDX MINMATCHLEN x
a< (error) ERR value is not an integer or out of range
a> XADD l 1-1 f v
a< "1-1"
a> LCS l a
a< (error) ERR The specified keys must contain string values
a> LCS a l
a< (error) ERR The specified keys must contain string values
a> LCS l a bogus
a< (error) ERR The specified keys must contain string values
a> LCS a
a< (error) ERR wrong number of arguments for 'lcs' command
