# ARINFO: counts, and with FULL how the slices are held.
a> ARMSET k 0 a 1 b 100 c
a< 3
a> ARINSERT k d
a< 0
a> ARINFO k
a< ["count" 3 "len" 101 "next-insert-index" 1 "slices" 1 "directory-size" 1 "super-dir-entries" 0 "slice-size" 4096]
a> ARINFO k FULL
a< ["count" 3 "len" 101 "next-insert-index" 1 "slices" 1 "directory-size" 1 "super-dir-entries" 0 "slice-size" 4096 "dense-slices" 0 "sparse-slices" 1 "avg-dense-size" "0" "avg-dense-fill" "0" "avg-sparse-size" "3"]
a> ARSET k 4096 a b c d e f g h i j k
a< 11
resp3 a
a> ARINFO k full
a< {"count" 14 "len" 4107 "next-insert-index" 1 "slices" 2 "directory-size" 2 "super-dir-entries" 1 "slice-size" 4096 "dense-slices" 1 "sparse-slices" 1 "avg-dense-size" ,11 "avg-dense-fill" ,1 "avg-sparse-size" ,3}
a> ARINFO missing
a< (error) ERR no such key
a> ARINFO k MORE
a< (error) ERR syntax error
a> ARINFO k FULL FULL
a< (error) ERR syntax error
a> SET s v
a< OK
a> ARINFO s
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
# The settings: the slice size of new arrays, and when a slice becomes dense or sparse.
restart
a> CONFIG SET array-slice-size 256 array-sparse-kmax 2 array-sparse-kmin 1
a< OK
a> ARMSET k 0 a 9 b 300 c
a< 3
a> ARINFO k FULL
a< ["count" 3 "len" 301 "next-insert-index" 0 "slices" 2 "directory-size" 2 "super-dir-entries" 1 "slice-size" 256 "dense-slices" 0 "sparse-slices" 2 "avg-dense-size" "0" "avg-dense-fill" "0" "avg-sparse-size" "1.5"]
a> ARMSET k 5 a
a< 1
a> ARINFO k FULL
a< ["count" 4 "len" 301 "next-insert-index" 0 "slices" 2 "directory-size" 2 "super-dir-entries" 1 "slice-size" 256 "dense-slices" 1 "sparse-slices" 1 "avg-dense-size" "10" "avg-dense-fill" "0.3" "avg-sparse-size" "1"]
a> ARDEL k 0 9
a< 2
a> ARINFO k FULL
a< ["count" 2 "len" 301 "next-insert-index" 0 "slices" 2 "directory-size" 2 "super-dir-entries" 1 "slice-size" 256 "dense-slices" 0 "sparse-slices" 2 "avg-dense-size" "0" "avg-dense-fill" "0" "avg-sparse-size" "1"]
