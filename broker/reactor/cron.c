#include "broker/reactor/cron.h"
#include "broker/command/dispatch.h"
#include "broker/observe/observe.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/reactor/world.h"
#include "broker/replication/replication.h"
#include "broker/server/server.h"
#include "broker/session/handshake.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

enum {
    EXPIRE_CPU_PERCENT = 25,    /* of a core, over all reactors; */
    EXPIRE_EFFORT_PERCENT = 2,  /* so much more for each step of active-expire-effort; */
    EXPIRE_BEHIND_PERCENT = 50, /* of one that has been behind for long: this much, */
    EXPIRE_STEP_MS = 10,        /* and on the way there a percent more for each such time */
    EXPIRE_SLICE_US = 250,      /* a run, before what follows from it: nobody is to wait long; */
    EXPIRE_BEHIND_US = 30,      /* for each percent more; */
    EXPIRE_LIMIT_US = 10000,    /* one that begins late: as others have taken long, it may too */
    REHASH_SLICE_US = 250,      /* a run of moving tables that grow or shrink, */
    REHASH_HOLD_US = 50,        /* with one shard held, which other reactors may wait for, */
    REHASH_PAUSE_MS = 10,       /* and how long others are served until the next one */
    SESSIONS_PER_RUN_MIN = 50,  /* sessions looked at in one run, at least */
    SAMPLE_EVERY_NS = 100 * 1000 * 1000,
};

int cron_interval_ms(const struct reactor *reactor)
{
    int hz = server_config(reactor->server)->hz;

    return 1000 / (hz < 1 ? 1 : hz > 500 ? 500 : hz);
}

static bool may_expire(const struct reactor *reactor)
{
    struct server *server = reactor->server;

    return !server->cron_paused && server->active_expire &&
           !atomic_load_explicit(&server->busy, memory_order_relaxed) &&
           !atomic_load_explicit(&server->loading, memory_order_relaxed) &&
           !replication_is_replica(server->replication) &&
           server_pause_mode(server, reactor->now_ms) == PAUSE_NONE;
}

static bool may_rehash(const struct reactor *reactor)
{
    struct server *server = reactor->server;

    return !server->cron_paused && server_config(server)->activerehashing &&
           !atomic_load_explicit(&server->busy, memory_order_relaxed) &&
           !atomic_load_explicit(&server->loading, memory_order_relaxed);
}

/* Expiry's share of a core in percent. There is always something to expire while keys come faster
 * than they go, so how long that has been so is a measure of what there is. */
static int64_t expire_percent(const struct reactor *reactor)
{
    uint64_t behind_ms = 0;
    int64_t percent;

    if (reactor->expiry_behind_us)
        behind_ms = (clock_monotonic_us() - reactor->expiry_behind_us) / 1000;
    percent =
        EXPIRE_CPU_PERCENT + (int64_t)(behind_ms / EXPIRE_STEP_MS) +
        (server_config(reactor->server)->settings.active_expire_effort - 1) * EXPIRE_EFFORT_PERCENT;
    return percent < EXPIRE_BEHIND_PERCENT ? percent : EXPIRE_BEHIND_PERCENT;
}

/* How long a run may take that begins `late_us` behind its time. A loop with much to do comes round
 * late: a slice of always the same size would be next to nothing then, and keys would come faster
 * than they go. */
static int64_t expire_budget_us(const struct reactor *reactor, int64_t percent, int64_t late_us)
{
    int64_t slice_us = EXPIRE_SLICE_US + (percent - EXPIRE_CPU_PERCENT) * EXPIRE_BEHIND_US;

    slice_us += late_us * percent / ((100 - percent) * reactor->server->reactor_count);
    return slice_us < EXPIRE_LIMIT_US ? slice_us : EXPIRE_LIMIT_US;
}

/* There is more to expire, after a run that began `late_us` behind its time and took so long. What
 * it was late is a part of the pause that others have had already. */
static void expire_go_on(struct reactor *reactor, int64_t percent, int64_t late_us, int64_t took_us)
{
    int64_t pause_us = took_us * (100 - percent) * reactor->server->reactor_count / percent;
    int64_t pause_ms = (pause_us - late_us + 999) / 1000;

    if (pause_ms < 1)
        pause_ms = 1;
    reactor->expiry_due_us = clock_monotonic_us() + (uint64_t)pause_ms * 1000;
    loop_timer_start(reactor->expiry, pause_ms, 0);
}

/* Deletes expired keys of this reactor's shards (those whose number leaves its index), from where
 * the last run stopped, until the slice is used up; the next one follows after a pause that leaves
 * it its share. */
static void expire(struct reactor *reactor, int64_t late_us)
{
    struct server *server = reactor->server;
    int64_t percent = expire_percent(reactor);
    int64_t budget_us = expire_budget_us(reactor, percent, late_us);
    uint64_t start = clock_monotonic_us();
    bool more = false;

    for (unsigned n = 0; n < KEY_SHARDS; n++) {
        unsigned shard = (reactor->expire_shard + n) % KEY_SHARDS;
        int64_t left = budget_us - (int64_t)(clock_monotonic_us() - start);
        struct request rq;

        if (shard % (unsigned)server->reactor_count != (unsigned)reactor->index)
            continue;
        if (left <= 0) {
            reactor->expire_shard = shard;
            more = true;
            break;
        }
        dispatch_prepare(reactor, &rq, reactor->arena);
        rq.held_shards = UINT64_C(1) << shard;
        keyspace_lock(server->keyspace, rq.held_shards);
        keyspace_expire_slice(&rq, shard, left, &more);
        dispatch_effects(reactor, &rq);
        keyspace_unlock(server->keyspace, rq.held_shards);
        arena_reset(reactor->arena);
        dispatch_serve_ready(reactor);
    }
    if (!more) {
        reactor->expiry_behind_us = 0;
    } else {
        if (!reactor->expiry_behind_us)
            reactor->expiry_behind_us = start;
        reactor->stats.expire_time_cap_reached++;
        expire_go_on(reactor, percent, late_us, (int64_t)(clock_monotonic_us() - start));
    }
    start = clock_monotonic_us() - start;
    reactor->stats.expire_cpu_us += start;
    observe_latency(server, "expire-cycle", start * 1000);
}

/* Of this reactor's shards, as expire(). */
static void rehash(struct reactor *reactor)
{
    struct server *server = reactor->server;
    uint64_t start = clock_monotonic_us();
    bool more = false;

    for (unsigned n = 0; n < KEY_SHARDS; n++) {
        unsigned shard = (reactor->rehash_shard + n) % KEY_SHARDS;

        if (shard % (unsigned)server->reactor_count != (unsigned)reactor->index)
            continue;
        if (clock_monotonic_us() - start >= REHASH_SLICE_US) {
            reactor->rehash_shard = shard;
            more = true;
            break;
        }
        keyspace_lock(server->keyspace, UINT64_C(1) << shard);
        more |= keyspace_rehash_slice(server->keyspace, shard, REHASH_HOLD_US);
        keyspace_unlock(server->keyspace, UINT64_C(1) << shard);
    }
    if (more)
        loop_timer_start(reactor->rehashing, REHASH_PAUSE_MS, 0);
}

/* Looks at a tenth of the sessions or so, moving those seen to the end of the list. */
static void look_after_sessions(struct reactor *reactor)
{
    int count = atomic_load_explicit(&reactor->session_count, memory_order_relaxed);
    int todo = count / 10 > SESSIONS_PER_RUN_MIN ? count / 10 : SESSIONS_PER_RUN_MIN;

    for (; todo > 0 && reactor->sessions.first; todo--) {
        struct session *session = reactor->sessions.first;

        session_unlink(session, LINK_ALL);
        session_link(session, LINK_ALL);
        if (!(session->flags & SESSION_CLOSING))
            session_cron(session, reactor->now_ms);
        if (count-- <= 1)
            break;
    }
}

static void sample_rates(struct reactor *reactor)
{
    const struct reactor_stats *stats = &reactor->stats;
    uint64_t passed = reactor->now_ns - reactor->instant_ns;
    double seconds = (double)passed / 1e9;

    if (passed < SAMPLE_EVERY_NS)
        return;
    reactor->commands_per_second =
        (double)(stats->commands_processed - reactor->instant_commands) / seconds;
    reactor->input_kbps =
        (double)(stats->net_input_bytes - reactor->instant_input) / seconds / 1024;
    reactor->output_kbps =
        (double)(stats->net_output_bytes - reactor->instant_output) / seconds / 1024;
    reactor->rounds_per_second = (double)(stats->loop_rounds - reactor->instant_rounds) / seconds;
    if (stats->loop_rounds > reactor->instant_rounds)
        reactor->round_us = (double)(stats->loop_nanoseconds - reactor->instant_busy_ns) / 1000 /
                            (double)(stats->loop_rounds - reactor->instant_rounds);
    reactor->instant_rounds = stats->loop_rounds;
    reactor->instant_busy_ns = stats->loop_nanoseconds;
    reactor->instant_ns = reactor->now_ns;
    reactor->instant_commands = stats->commands_processed;
    reactor->instant_input = stats->net_input_bytes;
    reactor->instant_output = stats->net_output_bytes;
}

static void look_after_server(struct reactor *reactor)
{
    struct server *server = reactor->server;
    uint64_t used = mem_used();

    if (used <= server->memory_peak &&
        (server->pause == PAUSE_NONE || reactor->now_ms < server->pause_until_ms))
        return;
    world_stop(server->world, reactor->index);
    if (atomic_load_explicit(&server->busy, memory_order_relaxed)) {
        world_resume(server->world, reactor->index); /* who waits goes on waiting: the next time */
        return;
    }
    if (used > server->memory_peak) {
        server->memory_peak = used;
        server->memory_peak_ms = reactor->now_ms;
    }
    if (server->pause != PAUSE_NONE && reactor->now_ms >= server->pause_until_ms)
        server_unpause(server);
    world_resume(server->world, reactor->index);
}

void cron_expire(struct reactor *reactor)
{
    int64_t late_us = (int64_t)(clock_monotonic_us() - reactor->expiry_due_us);

    reactor_tick(reactor);
    if (may_expire(reactor))
        expire(reactor, late_us < 0 ? 0 : late_us);
    else
        reactor->expiry_behind_us = 0;
}

void cron_rehash(struct reactor *reactor)
{
    if (may_rehash(reactor))
        rehash(reactor);
}

void cron_run(struct reactor *reactor)
{
    struct server *server = reactor->server;

    reactor_tick(reactor);
    if (atomic_load_explicit(&server->busy, memory_order_relaxed)) {
        loop_timer_start(reactor->cron, cron_interval_ms(reactor), 0);
        return; /* a script has half done what it does */
    }
    reactor->cron_rounds++;
    if (!server->cron_paused && !atomic_load_explicit(&server->loading, memory_order_relaxed)) {
        if (may_expire(reactor) && !loop_timer_is_on(reactor->expiry))
            expire(reactor, 0);
        if (may_rehash(reactor) && !loop_timer_is_on(reactor->rehashing))
            rehash(reactor);
        look_after_sessions(reactor);
        tracking_cron(reactor);
    }
    handshake_report(reactor);
    sample_rates(reactor);
    if (reactor->index == 0)
        look_after_server(reactor);
    if (reactor->index == 0) {
        persistence_cron(server->persistence);
        replication_cron(server->replication);
    }
    loop_timer_start(reactor->cron, cron_interval_ms(reactor), 0);
}
