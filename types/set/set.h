/* set.h - the set at a key: members, each once, in no order.
 *
 *   intset     only integers and few: a sorted array (core/packed/intset.h)
 *   listpack   few and short: one packed list (core/packed/listpack.h), in order of arrival
 *   hashtable  a dict of members, each one block: its size, then its bytes
 *
 * named as OBJECT ENCODING does. An intset becomes a listpack when something else than an integer
 * comes and the listpack's limits allow it, else a hashtable; nothing ever turns back. The limits
 * are the settings set-max-intset-entries, set-max-listpack-entries and set-max-listpack-value.
 *
 * With n members a call is O(1) in a hashtable, O(log n) to find and O(n) to change in an intset,
 * O(n) in a listpack, unless said. The shard of its key must be held. A member given to a function
 * is copied, and may not lie inside the same set unless said. */
#ifndef MS_TYPES_SET_SET_H
#define MS_TYPES_SET_SET_H

#include "core/bytes/span.h"
#include "core/command/settings.h"
#include "core/dict/dict.h"
#include "core/num/num.h"
#include "storage/keyspace/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random;
struct set;

extern const struct value_type set_type;

enum set_encoding {
    SET_INTSET,
    SET_LISTPACK,
    SET_HASHTABLE,
};

/* An empty one, an intset. A key never holds an empty one: whoever removes the last member deletes
 * the key. */
struct set *set_new(void);
/* An empty hashtable, for gathering any number of members. */
struct set *set_new_table(void);
void set_free(struct set *set);
struct set *set_copy(const struct set *set);

/* Members. O(1). */
size_t set_count(const struct set *set);

enum set_encoding set_encoding(const struct set *set);

/* Bytes of all blocks; from `samples` members if it is not 0. O(samples) or O(n). */
size_t set_memory(const struct set *set, size_t samples);

/* Tells that `count` members, the first of which is `first`, are about to be added: where they
 * alone would not fit a small encoding the set becomes a hashtable at once, as Redis decides it.
 * Not calling it is harmless. */
void set_expect(struct set *set, struct span first, size_t count, const struct settings *settings);

/* True if the member is new. */
bool set_add(struct set *set, struct span member, const struct settings *settings);

/* False if it was not there. `member` may lie inside the set. */
bool set_remove(struct set *set, struct span member);

bool set_contains(const struct set *set, struct span member);

/* --- Going through it. */

/* All members; the set may not change between begin and end. Walks may be nested. */
struct set_iterator {
    const struct set *set;
    size_t at;
    struct dict_walk walk;
};
void set_iterate_begin(struct set_iterator *it, const struct set *set);
/* False at the end. An integer's text is written to `scratch` (NUM_TEXT_LIMIT bytes); otherwise
 * *member lies inside the set. */
bool set_iterate_next(struct set_iterator *it, struct span *member, char *scratch);
void set_iterate_end(struct set_iterator *it);

/* One step of SSCAN: visits members until there were `count`, or ten times as many buckets with
 * little in them, or the end; returns the next cursor, 0 at the end. Small encodings are visited
 * whole. What stays throughout is visited at least once. */
uint64_t set_scan(const struct set *set, uint64_t cursor, size_t count,
                  void (*visit)(void *context, struct span member), void *context);

/* --- By chance. */

/* A member, each as likely as any other; as set_iterate_next. The set is not empty. */
struct span set_random(const struct set *set, struct random *random, char *scratch);

/* `count` members, each of them any of the set, so that some may come several times. O(count), and
 * in a listpack O(n). The set is not empty. */
void set_random_repeated(const struct set *set, struct random *random, size_t count,
                         void (*visit)(void *context, struct span member), void *context);

/* `count` different members, fewer than the set has, every choice of them being as likely as any
 * other; their order is no secret. O(count) or O(n), whichever costs less. */
void set_random_some(const struct set *set, struct random *random, size_t count,
                     void (*visit)(void *context, struct span member), void *context);

/* Removes `count` different members, fewer than the set has, chosen as above, and shows each to
 * `visit` before it goes. O(count) in a hashtable, else O(n). */
void set_pop_some(struct set *set, struct random *random, size_t count,
                  void (*visit)(void *context, struct span member), void *context);

/* --- For set_rdb.c. */

/* The bytes of an intset as Redis lays it out. CHECKs the encoding. */
struct span set_intset_bytes(const struct set *set);

/* Takes over a sorted array that is not empty; it becomes a hashtable if it has too many for the
 * settings. */
struct intset;
struct set *set_new_take(struct intset *integers, const struct settings *settings);

#endif
