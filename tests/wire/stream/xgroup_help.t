# The words are our own; the shape is what shells expect.
a> XGROUP HELP
a< [* * * * * * * * * * * * * *]
a> XINFO HELP
a< [* * * * * * * * * *]
