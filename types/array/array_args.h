/* array_args.h - what the handlers of array commands have in common: arguments, indexes in replies,
 * and the effects of changes. */
#ifndef MS_TYPES_ARRAY_ARRAY_ARGS_H
#define MS_TYPES_ARRAY_ARRAY_ARGS_H

#include "core/command/command.h"
#include "storage/keyspace/keyspace.h"
#include "types/array/array.h"

#define ERROR_LIMIT_SIGN "ERR LIMIT must be positive"

/* The array at argument 1: 0 with *array, NULL if the key is missing; or negative after WRONGTYPE.
 */
static inline int array_args_find(struct request *rq, enum find_mode mode, struct array **array,
                                  struct reply *out)
{
    void *value;
    int rc = keyspace_find_value(rq, request_key(rq, 1), mode, &array_type, &value, out);

    *array = rc == 0 ? value : NULL;
    return rc;
}

/* A decimal index from 0 to `max` in its one form (no sign, no zeros in front). False after an
 * error. */
bool array_args_index(struct span word, uint64_t max, uint64_t *index, struct reply *out);

/* Arguments 2 and 3 as the ends of a range, in either order. */
bool array_args_range(struct request *rq, uint64_t *start, uint64_t *end, struct reply *out);

/* A limit of at least 1. */
bool array_args_limit(struct span word, uint64_t *limit, struct reply *out);

/* Arguments from `at` on, `every`-th, as indexes in the arena; NULL after an error. */
uint64_t *array_args_indexes(struct request *rq, size_t at, size_t every, size_t *count,
                             struct reply *out);

/* "wrong number of arguments" for what the arity cannot say. */
void array_args_count_error(struct request *rq, struct reply *out);

/* An index or length. Beyond 63 bits: its digits as a bulk string, or a big number in RESP3. */
void array_reply_index(struct reply *out, uint64_t index);

/* An element, or null for 0. */
void array_reply_slot(struct reply *out, uint64_t slot);

/* [index, element]. */
void array_reply_pair(struct reply *out, uint64_t index, uint64_t slot);

/* The array, made if it was missing (*fresh). */
struct array *array_make(struct request *rq, struct array *array, bool *fresh);

/* The effects of a write; `fresh` if the key was made for it. */
void array_written(struct request *rq, bool fresh, const char *event);

#endif
