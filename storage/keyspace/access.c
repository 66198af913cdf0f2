/* The access record: 32 bits an entry, read in one of two ways, chosen by maxmemory-policy.
 *
 * Idle time (every policy but the LFU ones): the tick of the last access, ticks of 100 ms of Unix
 * time counted modulo 2^32, which is good for idle times of up to 6.8 years. Under an LRM policy
 * only writing moves it.
 *
 * Frequency (LFU policies), as redis.conf documents it: the low 8 bits are a counter that rises by
 * one with a chance of 1 / ((counter - 5) * lfu-log-factor + 1), so that 255 stands for millions of
 * accesses; the 16 bits above are the minute in which it last sank, which it does by one for each
 * lfu-decay-time minutes that pass. New keys start at 5, so as not to be the first to go. */
#include "storage/keyspace/entry_internal.h"
#include "core/hash/random.h"

enum {
    LFU_START = 5,
    LFU_LIMIT = 255,
    LFU_BITS = 8,
    MINUTE_MS = 60000,
    MINUTE_MASK = UINT16_MAX,
};

static uint32_t tick_of(int64_t now_ms)
{
    return (uint32_t)((uint64_t)now_ms / ENTRY_TICK_MS);
}

static uint32_t minute_of(int64_t now_ms)
{
    return (uint32_t)((uint64_t)now_ms / MINUTE_MS) & MINUTE_MASK;
}

uint32_t entry_idle_ticks(const struct entry *entry, int64_t now_ms)
{
    int32_t idle = (int32_t)(tick_of(now_ms) - entry->access);

    return idle > 0 ? (uint32_t)idle : 0; /* the clock may have been set back */
}

int64_t entry_idle_seconds(const struct entry *entry, int64_t now_ms)
{
    return entry_idle_ticks(entry, now_ms) / (1000 / ENTRY_TICK_MS);
}

void entry_set_idle_seconds(struct entry *entry, int64_t idle, int64_t now_ms)
{
    const int64_t limit = INT32_MAX / (1000 / ENTRY_TICK_MS);

    if (idle < 0)
        idle = 0;
    if (idle > limit)
        idle = limit;
    entry->access = tick_of(now_ms) - (uint32_t)idle * (1000 / ENTRY_TICK_MS);
}

int entry_frequency(const struct entry *entry, int64_t now_ms, int decay_minutes)
{
    uint32_t counter = entry->access & LFU_LIMIT;
    uint32_t passed = (minute_of(now_ms) - (entry->access >> LFU_BITS)) & MINUTE_MASK;
    uint32_t periods = decay_minutes > 0 ? passed / (uint32_t)decay_minutes : 0;

    return periods >= counter ? 0 : (int)(counter - periods);
}

void entry_set_frequency(struct entry *entry, int frequency, int64_t now_ms)
{
    if (frequency < 0)
        frequency = 0;
    if (frequency > LFU_LIMIT)
        frequency = LFU_LIMIT;
    entry->access = minute_of(now_ms) << LFU_BITS | (uint32_t)frequency;
}

/* True with a chance of one in ((counter - LFU_START) * factor + 1). */
static bool counts(int counter, int factor, struct random *random)
{
    uint64_t above = counter > LFU_START ? (uint64_t)(counter - LFU_START) : 0;

    return random_below(random, above * (uint64_t)(factor > 0 ? factor : 0) + 1) == 0;
}

static void count_access(struct entry *entry, const struct settings *settings, int64_t now_ms,
                         struct random *random)
{
    int counter = entry_frequency(entry, now_ms, settings->lfu_decay_time);

    if (counter < LFU_LIMIT && counts(counter, settings->lfu_log_factor, random))
        counter++;
    entry_set_frequency(entry, counter, now_ms);
}

void entry_access_start(struct entry *entry, const struct settings *settings, int64_t now_ms)
{
    if (policy_is_lfu(settings->maxmemory_policy))
        entry_set_frequency(entry, LFU_START, now_ms);
    else
        entry->access = tick_of(now_ms);
}

void entry_access_write(struct entry *entry, const struct settings *settings, int64_t now_ms,
                        struct random *random)
{
    uint32_t tick = tick_of(now_ms);

    if (policy_is_lfu(settings->maxmemory_policy))
        count_access(entry, settings, now_ms, random);
    else if (entry->access != tick) /* a busy key's cache line stays clean */
        entry->access = tick;
}

void entry_access_read(struct entry *entry, const struct settings *settings, int64_t now_ms,
                       struct random *random)
{
    if (!policy_is_lrm(settings->maxmemory_policy))
        entry_access_write(entry, settings, now_ms, random);
}
