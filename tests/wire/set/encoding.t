# integers, then few and short words, then everything else; nothing turns back
config set-max-intset-entries 4
config set-max-listpack-entries 3
config set-max-listpack-value 5
a> SADD i 1 2 3
a< 3
a> OBJECT ENCODING i
a< "intset"
a> SADD i x
a< 1
a> OBJECT ENCODING i
a< "hashtable"
a> SADD i2 1 2
a< 2
a> SADD i2 x
a< 1
a> OBJECT ENCODING i2
a< "listpack"
a> SREM i2 x
a< 1
a> OBJECT ENCODING i2
a< "listpack"
a> SADD i2 a
a< 1
a> SADD i2 b
a< 1
a> OBJECT ENCODING i2
a< "hashtable"
a> SADD n 1 2 3 4
a< 4
a> OBJECT ENCODING n
a< "intset"
a> SADD n 5
a< 1
a> OBJECT ENCODING n
a< "hashtable"
a> SADD w short
a< 1
a> OBJECT ENCODING w
a< "listpack"
a> SADD w longer
a< 1
a> OBJECT ENCODING w
a< "hashtable"
# an integer of too many digits for a listpack
a> SADD d 100000
a< 1
a> SADD d x
a< 1
a> OBJECT ENCODING d
a< "hashtable"
# many at once
a> SADD m a a a a
a< 1
a> OBJECT ENCODING m
a< "hashtable"
a> SADD m2 1 1 1 1 1
a< 1
a> OBJECT ENCODING m2
a< "hashtable"
# what is stored has the smallest encoding it may have
a> SADD a 1 2 x
a< 3
a> SADD b 1 2 y longer
a< 4
a> SINTERSTORE r a b
a< 2
a> OBJECT ENCODING r
a< "intset"
a> SDIFFSTORE r b i n
a< 2
a> OBJECT ENCODING r
a< "hashtable"
a> SDIFFSTORE r a b
a< 1
a> OBJECT ENCODING r
a< "listpack"
a> SUNIONSTORE r a b
a< 5
a> OBJECT ENCODING r
a< "hashtable"
# a copy and a payload keep it
a> COPY a c
a< 1
a> OBJECT ENCODING c
a< "listpack"
a> DUMP a
a< $payload=<str>
a> RESTORE r2 0 $payload
a< OK
a> OBJECT ENCODING r2
a< "listpack"
