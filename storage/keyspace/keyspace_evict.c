/* Eviction by sampling. Each call looks at maxmemory-samples keys, from up to 16 shards one after
 * the other beginning at a random one, and offers them to the victims, which remember the best of
 * this and former calls. The best is looked up again and deleted if its score still stands; if it
 * was used meanwhile, the next one is tried. At most one shard's lock is held at any time. */
#include "storage/keyspace/keyspace.h"
#include "core/hash/random.h"
#include "storage/keyspace/keyspace_internal.h"

enum {
    SAMPLES_LIMIT = 64,  /* as the directive's */
    NEIGHBOURS = 16,     /* fetched for each key that is looked at, see pick_any */
    SHARDS_SAMPLED = 16, /* over so many shards a sample is spread */
    MEMORY_SAMPLES = 5,  /* elements of a large value looked at to learn its size */
    FREQUENCY_LIMIT = 255,
    ROUNDS = 4, /* in the last one, a candidate used meanwhile goes all the same */
};

static bool is_volatile(enum eviction_policy policy)
{
    switch (policy) {
    case EVICT_VOLATILE_LRU:
    case EVICT_VOLATILE_LFU:
    case EVICT_VOLATILE_RANDOM:
    case EVICT_VOLATILE_TTL:
    case EVICT_VOLATILE_LRM:
        return true;
    case EVICT_NONE:
    case EVICT_ALLKEYS_LRU:
    case EVICT_ALLKEYS_LFU:
    case EVICT_ALLKEYS_RANDOM:
    case EVICT_ALLKEYS_LRM:
        break;
    }
    return false;
}

static bool is_random(enum eviction_policy policy)
{
    return policy == EVICT_VOLATILE_RANDOM || policy == EVICT_ALLKEYS_RANDOM;
}

static uint64_t score_of(const struct request *rq, const struct entry *entry)
{
    enum eviction_policy policy = rq->settings->maxmemory_policy;

    if (policy == EVICT_VOLATILE_TTL)
        return (uint64_t)INT64_MAX - (uint64_t)entry_expire_get(entry);
    if (policy_is_lfu(policy))
        return (uint64_t)(FREQUENCY_LIMIT -
                          entry_frequency(entry, rq->now_ms, rq->settings->lfu_decay_time));
    return is_random(policy) ? 0 : entry_idle_ticks(entry, rq->now_ms);
}

/* --- Shards, one at a time, unless the caller holds all. */

static void shard_enter(struct request *rq, unsigned shard)
{
    if (rq->held_shards == SHARDS_ALL)
        return;
    keyspace_lock(rq->keyspace, UINT64_C(1) << shard);
    rq->held_shards = UINT64_C(1) << shard;
}

static void shard_leave(struct request *rq, unsigned shard)
{
    if (rq->held_shards == SHARDS_ALL)
        return;
    rq->held_shards = 0;
    keyspace_unlock(rq->keyspace, UINT64_C(1) << shard);
}

/* --- Sampling. */

static size_t eligible(const struct database *part, bool expiring)
{
    if (!part)
        return 0;
    return expiring ? part->expiry.count : dict_count(&part->dict);
}

/* One database of the shard, chosen by how many eligible keys it has; -1 if there are none. */
static int choose_database(struct request *rq, const struct shard *shard, bool expiring)
{
    size_t total = 0;
    uint64_t at;

    for (int db = 0; db < rq->keyspace->databases; db++)
        total += eligible(shard->databases[db], expiring);
    if (total == 0)
        return -1;
    at = random_below(rq->random, total);
    for (int db = 0; db < rq->keyspace->databases; db++) {
        size_t count = eligible(shard->databases[db], expiring);

        if (at < count)
            return db;
        at -= count;
    }
    return -1;
}

/* `limit` keys of the dict. dict_sample begins with the first key of a bucket, always the same one,
 * so more than are needed are fetched (a pointer each, in one or two cache lines) to choose among.
 */
static size_t pick_any(struct request *rq, struct database *part, struct entry **entries,
                       size_t limit)
{
    void *found[SAMPLES_LIMIT];
    size_t wanted = limit * NEIGHBOURS < SAMPLES_LIMIT ? limit * NEIGHBOURS : SAMPLES_LIMIT;
    size_t count = dict_sample(&part->dict, rq->random, found, wanted);
    size_t chosen = 0;

    while (chosen < limit && chosen < count) {
        size_t at = chosen + random_below(rq->random, count - chosen);

        entries[chosen] = found[at];
        found[at] = found[chosen++];
    }
    return chosen;
}

static size_t pick(struct request *rq, struct database *part, struct entry **entries, size_t limit)
{
    enum eviction_policy policy = rq->settings->maxmemory_policy;

    if (!is_volatile(policy))
        return pick_any(rq, part, entries, limit);
    if (policy == EVICT_VOLATILE_TTL) {
        entries[0] = expiry_first(&part->expiry); /* no chance needed: it is the nearest */
        return 1;
    }
    for (size_t i = 0; i < limit; i++)
        entries[i] = expiry_random(&part->expiry, rq->random);
    return limit;
}

/* Offers up to `limit` keys of a shard; returns how many it looked at. */
static size_t sample_shard(struct request *rq, unsigned number, size_t limit)
{
    enum eviction_policy policy = rq->settings->maxmemory_policy;
    struct shard *shard = &rq->keyspace->shards[number];
    struct entry *entries[SAMPLES_LIMIT];
    size_t count = 0;
    int db;

    shard_enter(rq, number);
    db = choose_database(rq, shard, is_volatile(policy));
    if (db >= 0)
        count = pick(rq, shard->databases[db], entries, limit);
    for (size_t i = 0; i < count; i++) {
        struct victim victim = {.key = request_key_of(rq, entry_key(entries[i]), db),
                                .score = score_of(rq, entries[i])};

        victims_offer(rq->keyspace->victims, policy, &victim);
    }
    shard_leave(rq, number);
    return count;
}

static size_t sample(struct request *rq)
{
    int wanted = rq->settings->maxmemory_samples;
    size_t samples = wanted < 1 ? 1 : wanted > SAMPLES_LIMIT ? SAMPLES_LIMIT : (size_t)wanted;
    size_t each = (samples + SHARDS_SAMPLED - 1) / SHARDS_SAMPLED;
    unsigned first = (unsigned)random_below(rq->random, KEY_SHARDS);
    size_t seen = 0;

    if (is_random(rq->settings->maxmemory_policy))
        samples = each = 1;
    for (unsigned i = 0; i < KEY_SHARDS && seen < samples; i++)
        seen += sample_shard(rq, (first + i) % KEY_SHARDS, each);
    return seen;
}

/* --- Evicting. */

/* Deletes the victim if it is still there, and still as good unless `anyway`. Returns the bytes. */
static size_t evict(struct request *rq, const struct victim *victim, bool anyway)
{
    const struct settings *settings = rq->settings;
    unsigned number = key_shard(victim->key.hash);
    struct shard *shard = &rq->keyspace->shards[number];
    struct database *part;
    struct entry *entry;
    size_t freed = 0;

    shard_enter(rq, number);
    part = shard->databases[victim->key.db];
    entry = database_entry(part, victim->key);
    if (entry && is_volatile(settings->maxmemory_policy) && !entry_expires(entry))
        entry = NULL;
    if (entry && (anyway || score_of(rq, entry) >= victim->score)) {
        freed = entry_memory(entry, MEMORY_SAMPLES);
        keyspace_drop(rq->keyspace, part, victim->key.hash, entry,
                      settings->lazyfree_lazy_eviction);
        shard_count(shard, COUNT_EVICTED);
        request_effect(rq, victim->key, EFFECT_CHANGED, EVENT_EVICTED, "evicted");
    }
    shard_leave(rq, number);
    return freed;
}

size_t keyspace_evict_one(struct request *rq)
{
    enum eviction_policy policy = rq->settings->maxmemory_policy;

    CHECK(rq->held_shards == 0 || rq->held_shards == SHARDS_ALL);
    if (policy == EVICT_NONE)
        return 0;
    for (int round = 1; round <= ROUNDS && sample(rq) > 0; round++) {
        struct victim victim;

        while (victims_take(rq->keyspace->victims, policy, rq->arena, &victim)) {
            size_t freed = evict(rq, &victim, round == ROUNDS);

            if (freed > 0)
                return freed;
        }
    }
    return 0;
}
