/* dict.h - a hash table of pointers to entries that carry their own key.
 *
 * Memory: buckets of one cache line hold up to seven entries with one byte of hash each; a full
 * bucket chains to another. The table grows and shrinks in small steps spread over later calls, so
 * no call costs O(n). Scanning with a cursor returns everything that stays throughout, whatever
 * is added, removed or resized meanwhile.
 *
 * Whoever embeds or owns a dict guards it: no call locks. Entries are the owner's. */
#ifndef MS_CORE_DICT_DICT_H
#define MS_CORE_DICT_DICT_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random;

/* What the table must know of its entries. */
struct dict_type {
    struct span (*key)(const void *entry);
    uint64_t (*hash)(struct span key);
    void (*free)(void *entry); /* used by dict_release; may be NULL */
};

struct dict_table {
    struct dict_bucket *buckets; /* 1 << exponent of them; NULL while nothing was added */
    size_t count;
    signed char exponent;
    bool is_mapped; /* in pages of its own: mem_pages_new */
};

/* Embeddable; fields are dict.c's own. */
struct dict {
    const struct dict_type *type;
    struct dict_table table[2]; /* [1] is the one being moved to */
    size_t moved;               /* buckets of table[0] already moved */
    size_t children;            /* buckets that hang on full ones */
    int paused;                 /* >0: no moving (somebody iterates) */
};

void dict_init(struct dict *dict, const struct dict_type *type);

/* Frees all entries and the tables; the dict is empty and usable again. O(n). */
void dict_release(struct dict *dict);

size_t dict_count(const struct dict *dict);

/* Fetches the bucket of a hash into the cache, for a dict_find soon to come. */
void dict_prefetch(struct dict *dict, uint64_t hash);

/* Fetches the entries that may be of the hash into the cache; best once the bucket is there. */
void dict_prefetch_entry(struct dict *dict, uint64_t hash);

/* The entry with this key, or NULL. Changes nothing. */
void *dict_find(struct dict *dict, uint64_t hash, struct span key);

/* Adds an entry whose key must be absent. */
void dict_add(struct dict *dict, uint64_t hash, void *entry);

/* Takes the entry out and hands it to the caller; NULL if absent. */
void *dict_remove(struct dict *dict, uint64_t hash, struct span key);

/* The entry moved in memory (or is replaced by another of the same key). CHECKs that `old` is in.
 */
void dict_replace(struct dict *dict, uint64_t hash, const void *old, void *entry);

/* Calls `visit` for every entry of at least one bucket; returns the next cursor, 0 at the end.
 * Start with 0. `visit` must not change the dict. An entry may be visited more than once over a
 * scan. */
uint64_t dict_scan(struct dict *dict, uint64_t cursor, void (*visit)(void *context, void *entry),
                   void *context);

/* An entry by chance, each as likely as any other, also during a resize; NULL if empty. Looks at 4
 * to 10 buckets on average. */
void *dict_random(struct dict *dict, struct random *random);

/* Up to `limit` distinct entries from neighbouring buckets at a random place, for sampled eviction.
 * Cheap rather than uniform. Returns how many. */
size_t dict_sample(struct dict *dict, struct random *random, void **entries, size_t limit);

/* Moves up to `buckets` buckets if a resize is under way. Returns true while there is more. */
bool dict_step(struct dict *dict, size_t buckets);

/* Starts shrinking if the table is far too large. For timers. */
void dict_shrink_if_sparse(struct dict *dict);

/* Bytes of the tables, entries not counted. */
size_t dict_memory(const struct dict *dict);

/* Buckets of both tables, for DEBUG HTSTATS. */
size_t dict_bucket_count(const struct dict *dict);

/* Goes through all entries. Between dict_walk_begin and dict_walk_end the dict may lose the entry
 * last returned, and nothing else may change. */
struct dict_walk {
    struct dict *dict;
    int table;
    size_t bucket;
    void *chain;
    int slot;
};

void dict_walk_begin(struct dict_walk *walk, struct dict *dict);
void *dict_walk_next(struct dict_walk *walk); /* NULL at the end */
void dict_walk_end(struct dict_walk *walk);

#endif
