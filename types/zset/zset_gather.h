/* zset_gather.h - builds a zset out of many elements that come in any order: they are only hashed
 * while they come, and put in order once at the end. For unions, intersections and loading. One
 * thread; the result is the caller's. */
#ifndef MS_TYPES_ZSET_ZSET_GATHER_H
#define MS_TYPES_ZSET_ZSET_GATHER_H

#include "types/zset/zset.h"

struct zset_gather; /* a zset that has no order yet */

struct zset_gather *zset_gather_new(void);
void zset_gather_free(struct zset_gather *gather);

/* The score of a member, which the caller may change; with *added true it was not there and its
 * score is 0. Good until the next call. `member` is copied. O(1). */
double *zset_gather_score(struct zset_gather *gather, struct span member, bool *added);

/* The zset in order, small if the settings allow. Frees the gather. O(n log n). */
struct zset *zset_gather_finish(struct zset_gather *gather, const struct settings *settings);

#endif
