/* hash_time.h - the arguments that the commands about fields' times share: a time, and the block
 * FIELDS numfields field ... Each function returns 0, or an error after writing the reply. */
#ifndef MS_TYPES_HASH_HASH_TIME_H
#define MS_TYPES_HASH_HASH_TIME_H

#include "core/command/reply.h"
#include "core/command/request.h"

#include <stdbool.h>
#include <stdint.h>

/* What a time counts in, and from where. */
struct hash_time_unit {
    int64_t ms;    /* 1 or 1000 */
    bool relative; /* from now, else from 1970 */
};

/* Argument `at` as Unix ms, 0 .. HASH_TIME_LIMIT. */
int hash_time_parse(const struct request *rq, size_t at, struct hash_time_unit unit, int64_t *at_ms,
                    struct reply *out);

/* True if a field with this time must go at once. A replay never decides that. */
bool hash_time_is_past(const struct request *rq, int64_t at_ms);

/* The time in the arena, for logged calls. */
struct span hash_time_text(struct request *rq, int64_t at_ms);

/* The fields behind "FIELDS count" at argument `at`, which must be all that follows: HTTL and kin,
 * HPERSIST, HGETDEL. */
int hash_time_fields(const struct request *rq, size_t at, struct span **fields, size_t *count,
                     struct reply *out);

#endif
