/* reply.h - writes one command's reply as RESP2 or RESP3 bytes into a buffer the caller owns. Never
 * sends. Aggregates are written by their header; the caller then writes exactly that many elements.
 * When the count isn't known beforehand, use reply_defer and one of its ends. */
#ifndef MS_CORE_COMMAND_REPLY_H
#define MS_CORE_COMMAND_REPLY_H

#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stdint.h>

struct reply {
    struct buffer *out;
    int protocol; /* 2 or 3 */
    size_t start; /* where in `out` this command's reply begins */
    size_t error; /* where in `out` the last error begins, if any was written */
    bool failed;  /* an error reply was written at the top level or inside */
    bool counted; /* which a script only hands on: statistics have it already */
};

void reply_init(struct reply *out, struct buffer *buffer, int protocol);

/* Bytes this command has written so far. */
static inline size_t reply_size(const struct reply *out)
{
    return out->out->size - out->start;
}

/* Drops what this command has written so far, also an error. */
void reply_restart(struct reply *out);

void reply_ok(struct reply *out);
void reply_simple(struct reply *out, const char *text);
void reply_integer(struct reply *out, int64_t value);
void reply_bulk(struct reply *out, struct span bytes);
void reply_bulk_text(struct reply *out, const char *text);
void reply_bulk_integer(struct reply *out, int64_t value);
void reply_bulk_format(struct reply *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void reply_null(struct reply *out);                                            /* $-1, or _ */
void reply_null_array(struct reply *out);                                      /* *-1, or _ */
void reply_boolean(struct reply *out, bool value);                             /* :0 :1, or #t #f */
void reply_double(struct reply *out, double value);                            /* bulk, or , */
void reply_verbatim(struct reply *out, const char *format3, struct span text); /* bulk, or = */
void reply_array(struct reply *out, size_t count);
void reply_map(struct reply *out, size_t pairs);  /* *2n, or % */
void reply_set(struct reply *out, size_t count);  /* *n, or ~ */
void reply_push(struct reply *out, size_t count); /* *n, or > */

/* An error reply. `text` begins with its code ("ERR ..."); CR and LF in it become blanks,
 * those at its end go. */
void reply_error(struct reply *out, const char *text);
void reply_error_format(struct reply *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The texts that are used all over, with their codes. */
#define ERROR_SYNTAX          "ERR syntax error"
#define ERROR_WRONGTYPE       "WRONGTYPE Operation against a key holding the wrong kind of value"
#define ERROR_NOT_INTEGER     "ERR value is not an integer or out of range"
#define ERROR_NOT_FLOAT       "ERR value is not a valid float"
#define ERROR_OUT_OF_RANGE    "ERR value is out of range"
#define ERROR_NOT_POSITIVE    "ERR value is out of range, must be positive"
#define ERROR_NO_SUCH_KEY     "ERR no such key"
#define ERROR_OVERFLOW        "ERR increment or decrement would overflow"
#define ERROR_STRING_TOO_LONG "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
#define ERROR_SAME_OBJECT     "ERR source and destination objects are the same"
#define ERROR_DB_RANGE        "ERR DB index is out of range"
#define ERROR_STREAM_ID       "ERR Invalid stream ID specified as stream command argument"
#define ERROR_TIMEOUT_INTEGER "ERR timeout is not an integer or out of range"
#define ERROR_TIMEOUT_FLOAT   "ERR timeout is not a float or out of range"
#define ERROR_TIMEOUT_SIGN    "ERR timeout is negative"
#define ERROR_TIMEOUT_RANGE   "ERR timeout is out of range"

/* An aggregate whose count is not known yet: remember the mark, write the elements, then end it
 * with the count. Ending moves the elements by the size of the header: O(bytes of the elements). */
size_t reply_defer(struct reply *out);
void reply_defer_array(struct reply *out, size_t mark, size_t count);
void reply_defer_map(struct reply *out, size_t mark, size_t pairs);
void reply_defer_set(struct reply *out, size_t mark, size_t count);

#endif
