/* error.h - the one list of error codes that functions return when the world fails them.
 * Functions return 0 or one of these; all are negative. */
#ifndef MS_CORE_BASE_ERROR_H
#define MS_CORE_BASE_ERROR_H

enum err {
    ERR_NONE = 0,
    ERR_NOMEM = -1,        /* an allocation of a size from outside was refused */
    ERR_EXISTS = -2,       /* it is there already */
    ERR_MISSING = -3,      /* it is not there */
    ERR_FULL = -4,         /* a named limit is reached */
    ERR_RANGE = -5,        /* a number is outside what is allowed */
    ERR_SYNTAX = -6,       /* text or bytes that do not parse */
    ERR_IO = -7,           /* a system call failed; the diag has errno's text */
    ERR_AGAIN = -8,        /* not now: more input, or a writable socket, is needed */
    ERR_DAMAGED = -9,      /* stored bytes fail their own checks */
    ERR_CLOSED = -10,      /* the other side has gone */
    ERR_TIMEOUT = -11,     /* the deadline passed */
    ERR_UNSUPPORTED = -12, /* understood, but not available here */
    ERR_REPLY = -13,       /* the peer answered with an error reply */
};

/* A short English name for `code`, static storage. */
const char *error_name(int code);

#endif
