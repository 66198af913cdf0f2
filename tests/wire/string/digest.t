# since 8.4
a> DIGEST k
a< (nil)
a> SET k hello
a< OK
a> DIGEST k
a< "9555e8555c62dcfd"
a> SET k ""
a< OK
a> DIGEST k
a< "2d06800538d394c2"
# a number is hashed as its digits
a> SET k 123
a< OK
a> DIGEST k
a< "404a763b3f4c8c9a"
# leading zeros stay
a> SET k v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd
a< OK
a> DIGEST k
a< "00006c38adf31777"
a> XADD x 1-1 f v
a< "1-1"
a> DIGEST x
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
a> DIGEST
a< (error) ERR wrong number of arguments for 'digest' command
a> DIGEST k k
a< (error) ERR wrong number of arguments for 'digest' command
