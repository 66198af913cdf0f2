/* keyspace.h - all databases: 64 shards by the key's hash, each with a dict per database, the keys
 * that expire, and one lock. The same name lies in the same shard in every database.
 *
 * Locks. Whoever runs a request takes the locks of its keys' shards (shards_lock) and notes them in
 * rq->held_shards; every function here that takes a key CHECKs that its shard is held. Functions
 * that say "exclusive" need all of them. With one thread (`locking` false) the locks cost nothing.
 *
 * Effects. Functions here change data but record no effect, except that an expired key met by
 * keyspace_find is deleted and noted with EFFECT_EXPIRED (event "expired"). Everything else is the
 * handler's to record, by request_changed. */
#ifndef MS_STORAGE_KEYSPACE_KEYSPACE_H
#define MS_STORAGE_KEYSPACE_KEYSPACE_H

#include "core/command/reply.h"
#include "core/command/request.h"
#include "storage/keyspace/entry.h"
#include "storage/keyspace/value.h"

#include <stdbool.h>
#include <stdint.h>

struct keyspace;

/* `databases` at least 1. `locking`: several threads will use it. */
struct keyspace *keyspace_new(int databases, bool locking);
void keyspace_free(struct keyspace *keyspace);
int keyspace_databases(const struct keyspace *keyspace);

/* Who loads which type byte of RDB (storage/rdb/rdb_value.h); borrowed, and set once before use. */
struct rdb_loaders;
void keyspace_set_loaders(struct keyspace *keyspace, const struct rdb_loaders *loaders);
const struct rdb_loaders *keyspace_loaders(const struct keyspace *keyspace);

/* --- Locks. Masks have bit n for shard n; locks are taken in ascending order. */

#define SHARDS_ALL UINT64_MAX

void keyspace_lock(struct keyspace *keyspace, uint64_t shards);
void keyspace_unlock(struct keyspace *keyspace, uint64_t shards);

static inline uint64_t key_shard_bit(const struct key *key)
{
    return UINT64_C(1) << (key->hash >> 58);
}

/* --- Keys. */

enum find_mode {
    FIND_READ,  /* counts a hit or miss, records the access */
    FIND_WRITE, /* records the access, counts nothing */
    FIND_QUIET, /* records and counts nothing: TYPE, TTL, OBJECT, DEBUG */
};

/* The entry of a live key, or NULL. An expired one is deleted (see above), unless the request is a
 * replay: then it is found as it is. */
struct entry *keyspace_find(struct request *rq, struct key key, enum find_mode mode);

/* Finds a value of one type. Returns 0 with *value set (NULL when the key is missing), or
 * ERR_UNSUPPORTED after writing WRONGTYPE to `out`. Not for strings. */
int keyspace_find_value(struct request *rq, struct key key, enum find_mode mode,
                        const struct value_type *type, void **value, struct reply *out);

/* The same for a string: *entry is NULL when missing. */
int keyspace_find_string(struct request *rq, struct key key, enum find_mode mode,
                         struct entry **entry, struct reply *out);

/* Adds a key that must be absent; takes over `value`. */
struct entry *keyspace_add_take(struct request *rq, struct key key, const struct value_type *type,
                                void *value);

/* Makes the key a string, whatever it was. `keep_ttl` false drops the expiry. Canonical 64-bit
 * integers are held as numbers, short bytes inside the entry. Returns the entry. */
struct entry *keyspace_set_string(struct request *rq, struct key key, struct span bytes,
                                  bool keep_ttl);
struct entry *keyspace_set_integer(struct request *rq, struct key key, int64_t value,
                                   bool keep_ttl);

/* Makes the string at `key` `size` bytes long (new bytes are zero) in a growable form, and returns
 * its bytes for changing in place. The key is created if absent. APPEND and SETRANGE: amortised
 * O(1) per byte appended. CHECKs that an existing key is a string. */
char *keyspace_resize_string(struct request *rq, struct key key, size_t size);

/* Replaces the value (of any type) by one of `type`, dropping the expiry unless `keep_ttl`. */
struct entry *keyspace_put_take(struct request *rq, struct key key, const struct value_type *type,
                                void *value, bool keep_ttl);

/* Deletes a live key; false if it is missing. `lazy`: a large value is freed in the background. */
bool keyspace_delete(struct request *rq, struct key key, bool lazy);

/* Sets the expiry (Unix ms), or drops it with -1. The entry may move: returns its place. */
struct entry *keyspace_set_expire(struct request *rq, struct key key, struct entry *entry,
                                  int64_t at_ms);

/* The earliest time at which a part of the value (a hash's field) expires changed to `at_ms`, or
 * there is none any more (-1). Handlers call this after every change to a value whose type has
 * next_expire_ms; when a key is moved, copied, replaced or deleted, the keyspace sees to it. */
void keyspace_set_part_expire(struct request *rq, struct key key, int64_t at_ms);

/* Counts parts that were removed because their time had come, for the statistics. `active`: found
 * by the timer rather than by a command. */
void keyspace_count_expired_parts(struct request *rq, struct key key, size_t count, bool active);

/* Moves the entry with value, expiry and access record to another name or database, which must be
 * absent. Both shards must be held. */
void keyspace_move(struct request *rq, struct key from, struct key to);

/* A deep copy of `from` (value, expiry) at `to`, which must be absent. */
void keyspace_copy(struct request *rq, struct key from, struct key to);

/* --- Whole databases. All need the exclusive state. */

size_t keyspace_count(const struct keyspace *keyspace, int db);          /* keys */
size_t keyspace_expiring_count(const struct keyspace *keyspace, int db); /* keys with an expiry */
size_t keyspace_part_expiring_count(const struct keyspace *keyspace, int db); /* with such parts */
int64_t keyspace_average_ttl_ms(const struct keyspace *keyspace, int db, int64_t now_ms);

/* Empties a database (or all with -1); `lazy` frees in the background. Returns the keys removed. */
size_t keyspace_flush(struct keyspace *keyspace, int db, bool lazy);
void keyspace_swap(struct keyspace *keyspace, int a, int b);

/* Exchanges everything in two keyspaces of as many databases; counters, locks and what is being
 * freed in the background stay where they are. Both exclusive. */
void keyspace_exchange(struct keyspace *keyspace, struct keyspace *other);

/* Fetches into the cache what looking for a key of this hash will need: where its entry is told of;
 * later, when that is there, the entry. A hint: nothing happens while somebody else is in the
 * shard. The caller holds nothing. */
enum prefetch {
    PREFETCH_PLACE,
    PREFETCH_ENTRY
};
void keyspace_prefetch(struct keyspace *keyspace, int db, uint64_t hash, enum prefetch what);

/* A live key by chance, NULL if there is none. */
struct entry *keyspace_random(struct request *rq, int db);

/* One step of SCAN over a database: visits live entries bucket by bucket until there were `count`
 * of them, or ten times as many buckets with little in them, or the end. The cursor holds shard and
 * bucket; 0 starts and ends. What stays in the database throughout is visited at least once,
 * whatever else comes, goes or grows. `visit` must change nothing. An expired key is not visited.
 */
uint64_t keyspace_scan(struct request *rq, int db, uint64_t cursor, size_t count,
                       void (*visit)(void *context, struct entry *entry), void *context);

/* Every entry of a database, expired ones too. `visit` must change nothing. */
void keyspace_each(struct keyspace *keyspace, int db,
                   void (*visit)(void *context, struct entry *entry), void *context);

/* --- Timer work of one shard. The caller holds the shard (rq->held_shards). */

/* Deletes expired keys, and expired parts of values, of shard `shard` for at most `budget_us`;
 * records effects in `rq` for each. Returns the keys deleted because their own time had come; *more
 * is true when time ran out with something expired left. */
size_t keyspace_expire_slice(struct request *rq, unsigned shard, int64_t budget_us, bool *more);

/* Moves tables under resize for at most `budget_us`; true while there is more. */
bool keyspace_rehash_slice(struct keyspace *keyspace, unsigned shard, int64_t budget_us);

/* --- Eviction. The caller holds nothing, or everything. */

/* Finds a victim by settings->maxmemory_policy over sampled shards, locking one shard at a time,
 * deletes it (noting the effect with event "evicted" in `rq`), and returns the bytes freed; 0 when
 * there is nothing to evict. With SHARDS_ALL in rq->held_shards no lock is taken. */
size_t keyspace_evict_one(struct request *rq);

/* --- Counters, summed over the shards. Exact in the exclusive state. */

struct keyspace_stats {
    uint64_t hits, misses;
    uint64_t expired_keys, expired_keys_active;
    uint64_t expired_subkeys, expired_subkeys_active; /* parts of values: hash fields */
    uint64_t evicted_keys;
    uint64_t lazyfreed_objects, lazyfree_pending;
    double expired_stale_percent;
    uint64_t lock_waits, lock_wait_ns; /* a shard was wanted and held by another thread */
};

void keyspace_stats_get(const struct keyspace *keyspace, struct keyspace_stats *stats);
void keyspace_stats_reset(struct keyspace *keyspace);

/* Waits until the background has freed everything queued before the call. For shutdown and tests.
 */
void keyspace_lazyfree_drain(struct keyspace *keyspace);

/* True while large values are being freed in the background though nobody asked for that: memory
 * is scarce for a moment only. */
bool keyspace_frees_unasked(const struct keyspace *keyspace);

/* Active expiry on or off (DEBUG SET-ACTIVE-EXPIRE). */
void keyspace_set_active_expire(struct keyspace *keyspace, bool on);

/* Bytes of tables, for MEMORY STATS and INFO: dicts of all shards. Exclusive. */
size_t keyspace_table_memory(const struct keyspace *keyspace, int db);

/* The same in its parts. */
struct keyspace_tables {
    size_t main;            /* bytes of the tables of keys */
    size_t expires;         /* bytes of what finds keys, and parts of values, that expire */
    size_t resizing_count;  /* tables that are being resized: they exist twice */
    size_t resizing_memory; /* bytes of those, in `main` too */
};

void keyspace_tables_get(const struct keyspace *keyspace, int db, struct keyspace_tables *tables);

/* A text about the tables of a database, for DEBUG HTSTATS. Exclusive. */
void keyspace_describe_tables(const struct keyspace *keyspace, int db, struct buffer *out);

#endif
