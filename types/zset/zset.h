/* zset.h - the sorted set at a key: members, each once, ordered by score, then by bytes.
 *
 *   small:  zset -> listpack of member, score in turn        OBJECT ENCODING listpack
 *   large:  zset -> dict of members                          OBJECT ENCODING skiplist
 *               \-> counted B+ tree (zset_tree.h)            each pointing to the same elements
 *
 * A small one becomes large when it would exceed zset-max-listpack-entries or -value, and stays so.
 * With n elements every call is O(log n) in a large one unless said, and O(n) in a small one.
 *
 * Every way to choose a range ends in ranks: bounds of score and of bytes are turned into ranks by
 * zset_count_below_*, and walking, counting, removing go by rank. Ranks are from 0, lowest score
 * first. Scores are never NaN; -0.0 equals 0.0 and is kept as it is in large ones only, as Redis
 * does.
 *
 * The shard of its key must be held. Members given to a function are copied and may not lie inside
 * the same zset. */
#ifndef MS_TYPES_ZSET_ZSET_H
#define MS_TYPES_ZSET_ZSET_H

#include "core/bytes/span.h"
#include "core/command/settings.h"
#include "core/num/num.h"
#include "storage/keyspace/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random;
struct zset;

extern const struct value_type zset_type;

/* An empty one. A key never holds an empty one: whoever removes the last element deletes the key.
 */
struct zset *zset_new(void);
void zset_free(struct zset *zset);
struct zset *zset_copy(const struct zset *zset);

/* Elements. O(1). */
size_t zset_count(const struct zset *zset);

bool zset_is_small(const struct zset *zset);

/* Bytes of all blocks; from `samples` elements if it is not 0. O(samples) or O(n). */
size_t zset_memory(const struct zset *zset, size_t samples);

/* Tells that `count` elements with members up to `longest` bytes are about to be added: a small
 * zset becomes large at once if they alone would make it so, as Redis decides it. */
void zset_expect(struct zset *zset, size_t count, size_t longest, const struct settings *settings);

/* Makes a zset that fits the settings small. For results built in one go (ZRANGESTORE, SORT). */
void zset_settle(struct zset *zset, const struct settings *settings);

/* --- Single elements. */

enum zset_add_flag {
    ZSET_NX = 1 << 0,        /* add only, update nothing */
    ZSET_XX = 1 << 1,        /* update only, add nothing */
    ZSET_GT = 1 << 2,        /* update only to a higher score */
    ZSET_LT = 1 << 3,        /* update only to a lower score */
    ZSET_INCREMENT = 1 << 4, /* `score` is added to the one there */
};

enum zset_add_result {
    ZSET_ADDED,
    ZSET_UPDATED,
    ZSET_SAME,    /* it has that score already */
    ZSET_REFUSED, /* by a flag */
    ZSET_NAN,     /* inf + -inf; nothing changed */
};

/* Adds or updates. *now, which may be NULL, is the score the member has afterwards; untouched for
 * ZSET_REFUSED and ZSET_NAN. `score` is not NaN. */
enum zset_add_result zset_add(struct zset *zset, struct span member, double score, unsigned flags,
                              const struct settings *settings, double *now);

/* False if it was not there. */
bool zset_remove(struct zset *zset, struct span member);

/* False, with *score untouched, if it is not there. O(1) in a large one. */
bool zset_score(const struct zset *zset, struct span member, double *score);

/* Its rank; `score` may be NULL. False if it is not there. */
bool zset_rank(const struct zset *zset, struct span member, size_t *rank, double *score);

/* An element by chance, uniformly. The zset is not empty. */
struct span zset_random(const struct zset *zset, struct random *random, double *score,
                        char *scratch);

/* --- Ranges. */

/* Elements below `score`, or at and below it with `or_equal`: the rank at which a range that begins
 * (ends) there begins (ends). */
size_t zset_count_below_score(const struct zset *zset, double score, bool or_equal);

/* The same by bytes, for zsets whose scores are all equal (others: some rank, as in Redis). */
size_t zset_count_below_member(const struct zset *zset, struct span member, bool or_equal);

/* Removes the elements of ranks `begin` to `end` - 1; both are within the count. */
void zset_remove_ranks(struct zset *zset, size_t begin, size_t end);

/* A walk in either direction; O(log n) to start, O(1) a step. The zset must not change. */
struct zset_walk {
    const struct zset *zset;
    const void *leaf; /* large */
    size_t at;        /* index in the leaf, or place in the listpack */
    bool down;        /* towards lower ranks */
    bool ended;
    char scratch[NUM_TEXT_LIMIT];
};

/* The element of rank `rank` will come first; none if it is out of range. `down`: to lower ranks */
void zset_walk_begin(struct zset_walk *walk, const struct zset *zset, size_t rank, bool down);

/* False at the end. *member is good until the next step. */
bool zset_walk_next(struct zset_walk *walk, struct span *member, double *score);

/* Visits elements in dict order from `cursor` (0 starts), at least one bucket; returns the next
 * cursor, 0 at the end. A small zset is visited whole. An element that stays throughout is visited
 * at least once. */
uint64_t zset_scan(const struct zset *zset, uint64_t cursor,
                   void (*visit)(void *context, struct span member, double score), void *context);

/* Bounds of scores as commands spell them: "5", "(5", "-inf", "+inf". */
struct zset_score_bound {
    double score;
    bool exclusive;
};
/* 0 or ERR_SYNTAX. */
int zset_score_bound_parse(struct span text, struct zset_score_bound *bound);

#endif
