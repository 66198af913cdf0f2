/* value.h - the client's side of the protocol: reads RESP2 and RESP3 replies into trees of values,
 * and writes commands.
 *
 * The reader is fed with bytes as they arrive and takes what it has understood, so that nothing is
 * scanned twice. It nests with a stack of its own, never by recursion, and every size and depth the
 * peer can choose has a limit. What it allocates stays proportional to the bytes received, whatever
 * counts the peer announces. One thread at a time. */
#ifndef MS_CORE_RESP_VALUE_H
#define MS_CORE_RESP_VALUE_H

#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RESP_DEPTH_LIMIT = 64,         /* aggregates in aggregates */
    RESP_LINE_LIMIT = 1024 * 1024, /* a simple string, an error, a number: anything on one line */
    RESP_COUNT_LIMIT = 1 << 30,    /* items of one aggregate (a map's pairs are two each) */
    RESP_BULK_DEFAULT = 512 << 20, /* bytes of one bulk string, unless the reader says otherwise */
    RESP_REPLY_DEFAULT = 1 << 30,  /* bytes of one whole reply, unless the reader says otherwise */
};

enum resp_type {
    RESP_NULL,       /* "_", and RESP2's null bulk and null array */
    RESP_SIMPLE,     /* "+OK" */
    RESP_ERROR,      /* "-ERR ...", "!" */
    RESP_INTEGER,    /* ":" */
    RESP_BULK,       /* "$" */
    RESP_DOUBLE,     /* "," */
    RESP_BOOLEAN,    /* "#" */
    RESP_BIG_NUMBER, /* "(" */
    RESP_VERBATIM,   /* "=" */
    RESP_ARRAY,      /* "*" */
    RESP_MAP,        /* "%" */
    RESP_SET,        /* "~" */
    RESP_PUSH,       /* ">", only as a whole reply */
};

/* One value. Read-only; lives in the arena of its reply, and so does everything it points to. */
struct resp_value {
    enum resp_type type;
    char mark;      /* the byte it began with on the wire: tells "$-1", "*-1" and "_" apart */
    char format[3]; /* RESP_VERBATIM: "txt", "mkd" */
    union {
        int64_t integer; /* RESP_INTEGER; RESP_BOOLEAN: 0 or 1 */
        double number;   /* RESP_DOUBLE */
    };
    union {
        struct span text; /* every type but aggregates and RESP_NULL: what was sent (a number's
                             digits too), with a zero byte behind that the size does not count */
        struct {
            const struct resp_value *items; /* aggregates; of a map: key, value, key, value */
            size_t count;                   /* items; of a map keys and values both */
        };
    };
    const struct resp_value *attributes; /* the map sent ahead of it with "|"; usually NULL */
};

/* An aggregate that is not complete. */
struct resp_frame {
    struct resp_value value;
    struct resp_value *items;
    size_t expected, capacity;
};

/* Embedded by its owner; resp_reader_init before the first use. */
struct resp_reader {
    size_t bulk_limit, reply_limit; /* bytes; may be changed between replies */
    const char *error;              /* after ERR_SYNTAX and ERR_FULL: the reason. Static storage */

    /* Own state. */
    int depth;
    struct resp_frame frames[RESP_DEPTH_LIMIT];
    struct resp_value bulk;              /* the one whose bytes are waited for */
    size_t bulk_size;                    /* SIZE_MAX: a line comes next */
    size_t scanned;                      /* bytes of the pending line known to hold no end */
    size_t taken;                        /* bytes of this reply consumed so far */
    const struct resp_value *attributes; /* belong to the value that comes next */
};

/* Limits as above; forgets whatever was begun. */
void resp_reader_init(struct resp_reader *reader);

/* Reads on in data[0 .. size).
 *
 * 1: a reply is complete: *value is its tree, in the arena; the next reply may follow in the rest
 * of the data. 0: more is needed. In both cases the first *consumed bytes are done with; the caller
 * keeps the others, and offers them again, with more behind, to the same reader with the same
 * arena. ERR_SYNTAX: this is not the protocol (streamed strings and aggregates are refused, too).
 * ERR_FULL: a limit was exceeded. After an error the reader must be initialised again and the
 * connection be closed. */
int resp_reader_feed(struct resp_reader *reader, struct arena *arena, const char *data, size_t size,
                     size_t *consumed, const struct resp_value **value);

/* At least so many bytes must be offered next to get on: a big bulk string's. Never 0. */
size_t resp_reader_wanted(const struct resp_reader *reader);

/* True for RESP_ARRAY, RESP_MAP, RESP_SET and RESP_PUSH. */
static inline bool resp_is_aggregate(const struct resp_value *value)
{
    return value->type >= RESP_ARRAY;
}

/* Appends a command as an array of bulk strings. */
void resp_write_command(struct buffer *out, size_t argc, const struct span *argv);

#endif
