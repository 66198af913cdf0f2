oracle
a> HINCRBYFLOAT h n 10.5
a< "10.5"
a> HINCRBYFLOAT h n 0.1
a< "10.6"
a> HINCRBYFLOAT h n -10.6
a< "0"
a> HINCRBYFLOAT h n 5.0e3
a< "5000"
a> HSET h t text i inf
a< 2
a> HINCRBYFLOAT h t 1
a< (error) ERR hash value is not a float
a> HINCRBYFLOAT h i 1
a< (error) ERR increment would produce NaN or Infinity
a> HINCRBYFLOAT h n x
a< (error) ERR value is not a valid float
a> HINCRBYFLOAT h n nan
a< (error) ERR value is not a valid float
a> HINCRBYFLOAT h n inf
a< (error) ERR value is NaN or Infinity
a> HINCRBYFLOAT h n -inf
a< (error) ERR value is NaN or Infinity
a> HINCRBYFLOAT h n
a< (error) ERR wrong number of arguments for 'hincrbyfloat' command
a> HGET h n
a< "5000"
resp3 b
b> HINCRBYFLOAT h n 1.25
b< "5001.25"
a> SET s 1
a< OK
a> HINCRBYFLOAT s n 1
a< (error) WRONGTYPE Operation against a key holding the wrong kind of value
