#include "broker/command/eviction.h"
#include "broker/command/dispatch.h"
#include "broker/observe/observe.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/replication.h"
#include "broker/server/server.h"
#include "core/base/mem.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

enum {
    EVICT_AT_LEAST = 16, /* keys that a round may delete, and a call to make up for what was added,
                            however little time there is */
    EVICT_PAUSE_MS = 1,  /* between two slices, for others */
    TENACITY_EVEN = 10,  /* up to which the time grows evenly, */
    TENACITY_STEP_NS = 50 * 1000,
    TENACITY_UNLIMITED = 100, /* and then by 15% a step */
};

/* How long a round of the loop may delete: 0.5 ms by default. */
static uint64_t limit_ns(int tenacity)
{
    double limit;

    if (tenacity >= TENACITY_UNLIMITED)
        return UINT64_MAX;
    if (tenacity <= TENACITY_EVEN)
        return (uint64_t)tenacity * TENACITY_STEP_NS;
    limit = TENACITY_EVEN * TENACITY_STEP_NS;
    for (int step = TENACITY_EVEN; step < tenacity; step++)
        limit *= 1.15;
    return (uint64_t)limit;
}

/* The victim's shard was let go: whoever holds it meanwhile sees that the key is gone, but has not
 * been told yet. EXEC looks at its watched keys for that reason. */
static void evicted(struct reactor *reactor, struct request *rq)
{
    for (size_t i = 0; i < rq->effect_count; i++)
        rq->held_shards |= key_shard_bit(&rq->effects[i].key);
    keyspace_lock(reactor->server->keyspace, rq->held_shards);
    dispatch_effects(reactor, rq);
    keyspace_unlock(reactor->server->keyspace, rq->held_shards);
}

/* False if there is nothing to delete. */
static bool evict_one(struct reactor *reactor)
{
    uint64_t start_ns = clock_monotonic_ns();
    struct request rq;
    size_t freed = 0;

    dispatch_prepare(reactor, &rq, reactor->serve_arena);
    if (rq.settings->maxmemory_policy != EVICT_NONE)
        freed = keyspace_evict_one(&rq);
    evicted(reactor, &rq);
    observe_latency(reactor->server, "eviction-del", clock_monotonic_ns() - start_ns);
    arena_reset(reactor->serve_arena);
    return freed > 0;
}

/* Memory is above the limit, and stays so for now. */
static void note_excess(struct eviction_clock *clock)
{
    unsigned long long none = 0;

    atomic_compare_exchange_strong_explicit(&clock->since_ns, &none, clock_monotonic_ns(),
                                            memory_order_relaxed, memory_order_relaxed);
}

static void later(struct reactor *reactor)
{
    note_excess(&reactor->server->eviction);
    if (!loop_timer_is_on(reactor->eviction))
        loop_timer_start(reactor->eviction, EVICT_PAUSE_MS, 0);
}

/* Memory is below the limit. */
static void note_room(struct eviction_clock *clock)
{
    uint64_t since_ns = atomic_load_explicit(&clock->since_ns, memory_order_relaxed);

    if (since_ns)
        since_ns = atomic_exchange_explicit(&clock->since_ns, 0, memory_order_relaxed);
    if (since_ns)
        atomic_fetch_add_explicit(&clock->total_ns, clock_monotonic_ns() - since_ns,
                                  memory_order_relaxed);
}

/* Deletes until there is room, or the round's time is over. Even then a call deletes as much as has
 * been added since the last one, within a time of its own: else a round of many calls, or of large
 * values, would add more than it deletes, and memory would grow without end. */
static bool evict(struct reactor *reactor, const struct settings *settings)
{
    uint64_t start_ns = clock_monotonic_ns(), before_ns = reactor->eviction_ns, took_ns = 0;
    uint64_t limit = limit_ns(settings->maxmemory_eviction_tenacity);
    unsigned count = 0;
    size_t used;

    while ((used = mem_used()) > settings->maxmemory) {
        bool is_made_up_for =
            used <= reactor->eviction_left || (took_ns >= limit && count >= EVICT_AT_LEAST);
        bool is_over = reactor->eviction_ns >= limit && reactor->eviction_count >= EVICT_AT_LEAST;

        if (keyspace_frees_unasked(reactor->server->keyspace) || (is_over && is_made_up_for)) {
            reactor->eviction_left = used;
            later(reactor);
            return true;
        }
        if (!evict_one(reactor)) {
            note_excess(&reactor->server->eviction);
            return false;
        }
        count++;
        reactor->eviction_count++;
        took_ns = clock_monotonic_ns() - start_ns;
        reactor->eviction_ns = before_ns + took_ns;
    }
    reactor->eviction_left = used;
    note_room(&reactor->server->eviction);
    return true;
}

bool eviction_make_room(struct reactor *reactor)
{
    const struct config *config = server_config(reactor->server);
    uint64_t before_ns;
    bool fits;

    if (config->replica_ignore_maxmemory && replication_is_replica(reactor->server->replication))
        return true;
    if (server_pause_mode(reactor->server, reactor->now_ms) != PAUSE_NONE)
        return true; /* it would be a write; those who want memory wait */
    if (mem_used() <= config->settings.maxmemory) {
        reactor->eviction_left = 0;
        note_room(&reactor->server->eviction);
        return true;
    }
    if (reactor->eviction_round != reactor->stats.loop_rounds) {
        reactor->eviction_round = reactor->stats.loop_rounds;
        reactor->eviction_ns = 0;
        reactor->eviction_count = 0;
    }
    if (reactor->ready) /* before what they wait for is deleted: REQUEST_GOES_ON */
        dispatch_serve_ready(reactor);
    before_ns = reactor->eviction_ns;
    fits = evict(reactor, &config->settings);
    observe_latency(reactor->server, "eviction-cycle", reactor->eviction_ns - before_ns);
    if (reactor->ready)
        dispatch_serve_ready(reactor);
    return fits;
}

void eviction_go_on(struct reactor *reactor)
{
    struct server *server = reactor->server;

    reactor_tick(reactor);
    if (server_config(server)->settings.maxmemory == 0)
        note_room(&server->eviction);
    else if (!atomic_load_explicit(&server->busy, memory_order_relaxed) &&
             !atomic_load_explicit(&server->loading, memory_order_relaxed))
        eviction_make_room(reactor);
}

void eviction_begin(struct reactor *reactor)
{
    loop_timer_start(reactor->eviction, EVICT_PAUSE_MS, 0);
}

void eviction_reset(struct eviction_clock *clock)
{
    atomic_store_explicit(&clock->since_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&clock->total_ns, 0, memory_order_relaxed);
}

void eviction_exceeded_ms(const struct eviction_clock *clock, uint64_t *total, uint64_t *current)
{
    uint64_t since_ns = atomic_load_explicit(&clock->since_ns, memory_order_relaxed);

    *current = since_ns ? (clock_monotonic_ns() - since_ns) / 1000000 : 0;
    *total = atomic_load_explicit(&clock->total_ns, memory_order_relaxed) / 1000000 + *current;
}
