/* zset_source.h - what ZUNION and its like read: a sorted set, a plain set whose members all have
 * the score 1, or nothing at all. Borrowed from the keyspace; the shards must be held. */
#ifndef MS_TYPES_ZSET_ZSET_SOURCE_H
#define MS_TYPES_ZSET_ZSET_SOURCE_H

#include "core/command/reply.h"
#include "core/command/request.h"
#include "types/set/set.h"
#include "types/zset/zset.h"

struct zset_source {
    const struct zset *zset; /* at most one of the two is there */
    const struct set *set;
    double weight; /* the caller's */
};

/* The input at a key, its weight untouched. 0, or negative after WRONGTYPE. */
int zset_source_find(struct request *rq, struct key key, struct zset_source *source,
                     struct reply *out);

size_t zset_source_count(const struct zset_source *source);

/* As zset_score. */
bool zset_source_score(const struct zset_source *source, struct span member, double *score);

/* All elements, in any order. Between begin and end the source must not change. */
struct zset_source_walk {
    const struct zset_source *source;
    union {
        struct zset_walk zset;
        struct set_iterator set;
    } at;
    char scratch[NUM_TEXT_LIMIT];
};
void zset_source_walk_begin(struct zset_source_walk *walk, const struct zset_source *source);
/* False at the end. *member is good until the next step. */
bool zset_source_walk_next(struct zset_source_walk *walk, struct span *member, double *score);
void zset_source_walk_end(struct zset_source_walk *walk);

#endif
