/* request_parser.h - reads requests as clients send them: arrays of bulk strings, or one inline
 * line.
 *
 * Zero copy and resumable: arguments are spans into the caller's bytes; when a request is not
 * complete the parser remembers where it stopped, as offsets, so that nothing is scanned twice. The
 * caller keeps the unconsumed bytes together and offers them again from the same first byte, with
 * more behind. Embedded in its session, starts zeroed. One thread. */
#ifndef MS_CORE_RESP_REQUEST_PARSER_H
#define MS_CORE_RESP_REQUEST_PARSER_H

#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REQUEST_LINE_LIMIT = 64 * 1024,      /* an inline request, or the line with a count */
    REQUEST_ARGUMENTS_LIMIT = INT32_MAX, /* arguments of one request */
    REQUEST_UNAUTHENTICATED_ARGUMENTS = 10,
    REQUEST_UNAUTHENTICATED_BULK = 16384,
};

struct request_limits {
    int64_t bulk_bytes; /* proto-max-bulk-len */
    bool unauthenticated;
};

struct request_parser {
    struct request_limits limits;
    size_t argc;       /* of the complete request; 0: nothing to run (an empty line) */
    struct span *argv; /* into the bytes of the last feed, or `text` for an inline request */
    const char *error; /* after an error: words for the client, without "ERR " */

    /* Own state. */
    int64_t expected;   /* arguments announced */
    bool started;       /* the line with their number is read */
    size_t at;          /* bytes of the request read so far */
    size_t offered;     /* bytes of it in the last feed */
    uintptr_t base;     /* where its first byte was */
    int64_t bulk;       /* size of the argument being waited for, -1: its line comes next */
    size_t capacity;    /* of argv */
    struct buffer text; /* unquoted words of an inline request */
    char error_text[64];
};

/* 1: a request is complete, *consumed bytes were used. 0: more bytes are needed. ERR_SYNTAX: it is
 * no request, ERR_NOMEM: there is no room for its arguments; the connection can't go on, and
 * `error` says why. Only a complete request changes *consumed. */
int request_parser_feed(struct request_parser *parser, const char *data, size_t size,
                        size_t *consumed);

/* Ready for the next request. Also forgets a complete one, so that it can be fed again. */
void request_parser_reset(struct request_parser *parser);

/* At least so many more bytes are needed to complete the argument being waited for; 0: unknown. */
size_t request_parser_wanted(const struct request_parser *parser);

/* Bytes it has allocated. */
static inline size_t request_parser_memory(const struct request_parser *parser)
{
    return parser->capacity * sizeof(*parser->argv) + parser->text.capacity;
}

void request_parser_release(struct request_parser *parser);

#endif
