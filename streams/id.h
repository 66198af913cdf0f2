/* id.h - stream entry ids: milliseconds and a sequence number, ordered by both. Text is "ms-seq".
 */
#ifndef MS_STREAMS_ID_H
#define MS_STREAMS_ID_H

#include "core/bytes/span.h"
#include "core/command/reply.h"
#include "core/command/request.h"
#include "core/radix/radix.h"

#include <stdbool.h>
#include <stdint.h>

struct stream_id {
    uint64_t ms, seq;
};

enum {
    STREAM_ID_TEXT_LIMIT = 48,
    STREAM_ID_INPUT_LIMIT = 127
};

#define STREAM_ID_MIN ((struct stream_id){0, 0})
#define STREAM_ID_MAX ((struct stream_id){UINT64_MAX, UINT64_MAX})

static inline int stream_id_compare(struct stream_id a, struct stream_id b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

static inline bool stream_id_is_zero(struct stream_id id)
{
    return id.ms == 0 && id.seq == 0;
}

static inline struct radix_key stream_id_key(struct stream_id id)
{
    return (struct radix_key){.high = id.ms, .low = id.seq};
}

/* The next and the previous id, carrying between seq and ms; false (and *id untouched) at the end
 * of the range. */
bool stream_id_increment(struct stream_id *id);
bool stream_id_decrement(struct stream_id *id);

/* "5-1", or "5" with `missing_seq`. 0 or ERR_SYNTAX. */
int stream_id_parse(struct span text, uint64_t missing_seq, struct stream_id *id);

/* The same, and "-" and "+" for the ends of the range. */
int stream_id_parse_special(struct span text, uint64_t missing_seq, struct stream_id *id);

/* A bound of a range: as above, and "(" before it for exclusive, which moves it by one. 0, or
 * ERR_SYNTAX after writing the error to `out`. */
int stream_id_parse_start(struct span text, struct stream_id *id, struct reply *out);
int stream_id_parse_end(struct span text, struct stream_id *id, struct reply *out);

/* `count` strict ids from argument on; ids in the arena. 0, or ERR_SYNTAX after writing the error.
 */
int stream_id_parse_all(struct request *rq, size_t at, size_t count, struct stream_id **ids,
                        struct reply *out);

/* Writes the text without terminator; returns its size. */
size_t stream_id_format(char to[STREAM_ID_TEXT_LIMIT], struct stream_id id);

void reply_stream_id(struct reply *out, struct stream_id id);

#endif
