/* keyspace_internal.h - what the keyspace's own files share: the shards and the steps that all
 * changes are made of. */
#ifndef MS_STORAGE_KEYSPACE_KEYSPACE_INTERNAL_H
#define MS_STORAGE_KEYSPACE_KEYSPACE_INTERNAL_H

#include "core/base/check.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"
#include "core/time/waits.h"
#include "storage/keyspace/entry_internal.h"
#include "storage/keyspace/expiry.h"
#include "storage/keyspace/keyspace.h"
#include "storage/keyspace/lazyfree.h"
#include "storage/keyspace/part_expiry.h"
#include "storage/keyspace/victims.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    CACHE_LINE = 64,
    /* A value with more allocations than this is freed in the background: when that is asked for,
     * and in any case, for so many take a good part of a millisecond. */
    LAZY_FREE_EFFORT = 64,
    FREE_EFFORT_LIMIT = 4096,
};

/* One database in one shard; made when its first key comes. */
struct database {
    struct dict dict;
    struct expiry expiry;
    struct part_expiry parts;
};

enum shard_counter {
    COUNT_HITS,
    COUNT_MISSES,
    COUNT_EXPIRED,
    COUNT_EXPIRED_ACTIVE,
    COUNT_EXPIRED_PARTS,
    COUNT_EXPIRED_PARTS_ACTIVE,
    COUNT_EVICTED,
    SHARD_COUNTERS
};

/* On cache lines of its own, so that shards in use by different threads don't disturb each other.
 */
struct shard {
    _Alignas(CACHE_LINE) pthread_mutex_t lock;
    struct database *
        *databases; /* an element is NULL while the database has never had a key here */
    int expire_db;  /* with which the next slice of expiry begins */
    /* Written only with the lock held; atomic for the sake of those who sum them up without it,
     * which needs no order. */
    _Atomic uint64_t counters[SHARD_COUNTERS];
    struct waits waits; /* for the lock */
    _Atomic uint64_t stale,
        checked; /* of the last expire slice: keys left expired, keys looked at */
};

struct keyspace {
    struct shard shards[KEY_SHARDS];
    int databases;
    bool locking;
    atomic_bool active_expire;
    struct lazyfree *lazyfree;
    struct victims *victims;
    const struct rdb_loaders *loaders;
};

static inline void shard_count_more(struct shard *shard, enum shard_counter counter, uint64_t more)
{
    uint64_t value = atomic_load_explicit(&shard->counters[counter], memory_order_relaxed);

    atomic_store_explicit(&shard->counters[counter], value + more, memory_order_relaxed);
}

static inline void shard_count(struct shard *shard, enum shard_counter counter)
{
    shard_count_more(shard, counter, 1);
}

/* The shard of a key, which must be held by the request. */
static inline struct shard *shard_of(struct request *rq, struct key key)
{
    CHECK(rq->held_shards & key_shard_bit(&key));
    CHECK(key.db >= 0 && key.db < rq->keyspace->databases);
    return &rq->keyspace->shards[key_shard(key.hash)];
}

/* The database of the key in its shard; database_find gives NULL if it has never had a key. */
static inline struct database *database_find(struct request *rq, struct key key)
{
    return shard_of(rq, key)->databases[key.db];
}

struct database *database_get(struct request *rq, struct key key);
struct database *database_new(void);

/* Frees the database with all its entries. */
void database_free(void *database);

/* The entry of a key, expired or not; NULL if there is none. */
static inline struct entry *database_entry(struct database *database, struct key key)
{
    return database ? dict_find(&database->dict, key.hash, key.name) : NULL;
}

/* As keyspace_find does with FIND_QUIET: an expired entry is deleted first. */
struct entry *keyspace_live(struct request *rq, struct key key);

/* `entry` was at `old` before entry_reform: the tables are told if it moved. If it expires now, it
 * did before. */
void database_entry_moved(struct database *database, uint64_t hash, const struct entry *old,
                          struct entry *entry);

/* Takes the expiry off an entry that may have one; the field stays. */
void database_forget_expiry(struct database *database, struct entry *entry);

/* The value of a key goes, and with it the record of its parts that expire, if there is one. */
static inline void database_forget_parts(struct database *database, uint64_t hash, struct span name)
{
    if (__builtin_expect(part_expiry_count(&database->parts) > 0, 0))
        part_expiry_set(&database->parts, hash, name, -1);
}

/* Takes an entry out of the tables. It belongs to the caller, and its expiry field is not valid. */
void database_remove(struct database *database, uint64_t hash, struct entry *entry);

/* Removes and frees an entry; a large value in the background, one that is not so large too if
 * `lazy`. */
void keyspace_drop(struct keyspace *keyspace, struct database *database, uint64_t hash,
                   struct entry *entry, bool lazy);

/* Deletes an entry whose time has come and notes the effect. */
void keyspace_drop_expired(struct request *rq, struct key key, struct database *database,
                           struct entry *entry);

/* Frees what the word of an entry points to, if it does. As keyspace_drop. */
void keyspace_free_value(struct keyspace *keyspace, struct entry *entry, bool lazy);

#endif
