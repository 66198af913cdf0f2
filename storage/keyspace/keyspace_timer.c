/* Timer work in slices, and the counters. */
#include "storage/keyspace/keyspace.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace_internal.h"

enum {
    EXPIRES_A_CLOCK = 16, /* small keys deleted between two looks at the clock */
    MOVES_A_CLOCK = 4,    /* buckets moved between two looks: up to 28 keys to fetch */
    STALE_SAMPLES = 20,
    PARTS_A_CLOCK = 64, /* parts of values removed between two looks at the clock */
};

/* --- Expiry. */

static bool takes_long_to_free(const struct entry *entry)
{
    const struct value_type *type = entry_form(entry) == FORM_VALUE ? entry_type(entry) : NULL;

    return type && type->free_effort && type->free_effort(entry_value(entry)) > LAZY_FREE_EFFORT;
}

/* Deletes expired keys of one database until `end_us`; true if it ran out of time. */
static bool expire_part(struct request *rq, struct database *part, int db, uint64_t end_us,
                        size_t *deleted)
{
    struct entry *entry;
    size_t count = 0;

    while ((entry = expiry_first(&part->expiry)) != NULL && entry_is_expired(entry, rq->now_ms)) {
        struct key key = request_key_of(rq, arena_span(rq->arena, entry_key(entry)), db);
        struct shard *shard = shard_of(rq, key);
        bool is_large = takes_long_to_free(entry);

        keyspace_drop_expired(rq, key, part, entry);
        shard_count(shard, COUNT_EXPIRED_ACTIVE);
        ++*deleted;
        if ((++count % EXPIRES_A_CLOCK == 0 || is_large) && clock_monotonic_us() >= end_us)
            return true;
    }
    return false;
}

/* Removes expired parts of values of one database until `end_us`; true if it ran out of time. */
static bool expire_value_parts(struct request *rq, struct database *part, int db, uint64_t end_us)
{
    for (;;) {
        int64_t at_ms;
        struct span name = part_expiry_first(&part->parts, &at_ms);
        struct entry *entry;
        struct key key;

        if (at_ms < 0 || at_ms > rq->now_ms)
            return false;
        key = request_key_of(rq, arena_span(rq->arena, name), db);
        entry = database_entry(part, key);
        CHECK(entry && entry_type(entry)->expire_parts);
        entry_type(entry)->expire_parts(rq, key, entry_value(entry), PARTS_A_CLOCK);
        if (clock_monotonic_us() >= end_us)
            return true;
    }
}

/* Notes which share of a few keys that expire is overdue. */
static void note_stale(struct request *rq, struct shard *shard, const struct database *part)
{
    uint64_t stale = 0, checked = 0;

    for (; part && part->expiry.count > 0 && checked < STALE_SAMPLES; checked++)
        stale += entry_is_expired(expiry_random(&part->expiry, rq->random), rq->now_ms);
    atomic_store_explicit(&shard->stale, stale, memory_order_relaxed);
    atomic_store_explicit(&shard->checked, checked, memory_order_relaxed);
}

size_t keyspace_expire_slice(struct request *rq, unsigned shard, int64_t budget_us, bool *more)
{
    struct keyspace *keyspace = rq->keyspace;
    struct shard *place = &keyspace->shards[shard];
    struct database *late = NULL;
    size_t deleted = 0;
    uint64_t end_us;

    CHECK(shard < KEY_SHARDS && rq->held_shards >> shard & 1);
    *more = false;
    if (!atomic_load_explicit(&keyspace->active_expire, memory_order_relaxed))
        return 0;
    end_us = clock_monotonic_us() + (uint64_t)budget_us;
    for (int n = 0; n < keyspace->databases && !late; n++) {
        int db = place->expire_db;
        struct database *part = place->databases[db];

        place->expire_db = (db + 1) % keyspace->databases;
        if (!part)
            continue;
        /* parts of values have a turn even if there was no time left for more keys */
        if (expire_part(rq, part, db, end_us, &deleted))
            late = part;
        if (expire_value_parts(rq, part, db, end_us))
            late = part;
    }
    note_stale(rq, place, late);
    *more = late != NULL;
    return deleted;
}

void keyspace_set_active_expire(struct keyspace *keyspace, bool on)
{
    atomic_store_explicit(&keyspace->active_expire, on, memory_order_relaxed);
}

/* --- Tables. */

bool keyspace_rehash_slice(struct keyspace *keyspace, unsigned shard, int64_t budget_us)
{
    uint64_t end_us = 0;

    CHECK(shard < KEY_SHARDS);
    for (int db = 0; db < keyspace->databases; db++) {
        struct database *part = keyspace->shards[shard].databases[db];

        if (!part)
            continue;
        dict_shrink_if_sparse(&part->dict);
        while (dict_step(&part->dict, MOVES_A_CLOCK)) {
            uint64_t now_us = clock_monotonic_us();

            if (end_us == 0)
                end_us = now_us + (uint64_t)budget_us;
            if (now_us >= end_us)
                return true;
        }
    }
    return false;
}

/* --- Counters. */

static uint64_t sum(const struct keyspace *keyspace, enum shard_counter counter)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < KEY_SHARDS; i++)
        total += atomic_load_explicit(&keyspace->shards[i].counters[counter], memory_order_relaxed);
    return total;
}

void keyspace_stats_get(const struct keyspace *keyspace, struct keyspace_stats *stats)
{
    uint64_t stale = 0, checked = 0;

    *stats = (struct keyspace_stats){
        .hits = sum(keyspace, COUNT_HITS),
        .misses = sum(keyspace, COUNT_MISSES),
        .expired_keys = sum(keyspace, COUNT_EXPIRED),
        .expired_keys_active = sum(keyspace, COUNT_EXPIRED_ACTIVE),
        .expired_subkeys = sum(keyspace, COUNT_EXPIRED_PARTS),
        .expired_subkeys_active = sum(keyspace, COUNT_EXPIRED_PARTS_ACTIVE),
        .evicted_keys = sum(keyspace, COUNT_EVICTED),
    };
    lazyfree_counts(keyspace->lazyfree, &stats->lazyfreed_objects, &stats->lazyfree_pending);
    for (unsigned i = 0; i < KEY_SHARDS; i++) {
        stale += atomic_load_explicit(&keyspace->shards[i].stale, memory_order_relaxed);
        checked += atomic_load_explicit(&keyspace->shards[i].checked, memory_order_relaxed);
        stats->lock_waits += waits_count(&keyspace->shards[i].waits);
        stats->lock_wait_ns += waits_ns(&keyspace->shards[i].waits);
    }
    stats->expired_stale_percent = checked ? 100.0 * (double)stale / (double)checked : 0;
}

void keyspace_stats_reset(struct keyspace *keyspace)
{
    for (unsigned i = 0; i < KEY_SHARDS; i++) {
        for (int counter = 0; counter < SHARD_COUNTERS; counter++)
            atomic_store_explicit(&keyspace->shards[i].counters[counter], 0, memory_order_relaxed);
        waits_reset(&keyspace->shards[i].waits);
    }
    lazyfree_reset_freed(keyspace->lazyfree);
}

bool keyspace_frees_unasked(const struct keyspace *keyspace)
{
    return lazyfree_owes(keyspace->lazyfree);
}

void keyspace_lazyfree_drain(struct keyspace *keyspace)
{
    lazyfree_drain(keyspace->lazyfree);
}
