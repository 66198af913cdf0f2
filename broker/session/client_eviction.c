#include "broker/session/client_eviction.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/world.h"
#include "broker/replication/followers.h"
#include "broker/server/log.h"
#include "broker/session/client_commands.h"
#include "broker/wait/wait.h"

enum {
    SMALLEST_BUCKET_LOG = 15, /* the first bucket is up to 32 KiB, the last above 8 GiB */
    LINES_PER_PASS = 100,     /* of the log, while the world is stopped */
    WARN_EVERY_MS = 1000
};

/* --- Charging. */

/* 1 to CLIENT_BUCKETS. */
static unsigned bucket_of(size_t bytes)
{
    size_t at = 1;

    for (bytes >>= SMALLEST_BUCKET_LOG; bytes > 0 && at < CLIENT_BUCKETS; bytes >>= 1)
        at++;
    return (unsigned)at;
}

static void move_to(struct session *session, unsigned bucket)
{
    struct client_charges *charges = &session->reactor->charges;

    if (session->bucket == bucket)
        return;
    if (session->bucket) {
        session_unlink(session, LINK_CHARGED);
        charges->evictable--;
    }
    session->bucket = (unsigned char)bucket;
    if (bucket) {
        session_link(session, LINK_CHARGED);
        charges->evictable++;
    }
}

static void set_charge(struct session *session, size_t bytes, unsigned bucket)
{
    session->reactor->charges.bytes += bytes - session->charged_bytes;
    session->charged_bytes = bytes;
    move_to(session, bucket);
}

void client_charge(struct session *session)
{
    size_t bytes;

    if (session->flags & SESSION_CLOSING)
        return;
    if (session->primary || followers_is_replica(session)) {
        client_discharge(session);
        return;
    }
    bytes = client_charge_size(session);
    set_charge(session, bytes, session->flags & SESSION_NO_EVICT ? 0 : bucket_of(bytes));
}

void client_discharge(struct session *session)
{
    set_charge(session, 0, 0);
}

/* Adds to the server's sums what the reactor has not told yet. Unsigned differences wrap, their
 * sums don't. Relaxed: a sum that is late is found by who tells next, and decided upon with the
 * world stopped. */
static void tell(struct reactor *reactor)
{
    struct client_eviction *all = &reactor->server->client_eviction;
    struct client_charges *charges = &reactor->charges;

    if (charges->bytes != charges->told_bytes)
        atomic_fetch_add_explicit(&all->bytes, charges->bytes - charges->told_bytes,
                                  memory_order_relaxed);
    if (charges->evictable != charges->told_evictable)
        atomic_fetch_add_explicit(&all->evictable, charges->evictable - charges->told_evictable,
                                  memory_order_relaxed);
    charges->told_bytes = charges->bytes;
    charges->told_evictable = charges->evictable;
}

static void tell_all(struct server *server)
{
    for (int i = 0; i < server->reactor_count; i++)
        tell(server->reactors[i]);
}

/* --- The limit. */

/* 0: none. Percent of no limit are none. */
static uint64_t limit_of(const struct config *config)
{
    uint64_t maxmemory = config->settings.maxmemory;
    int64_t wanted = config->maxmemory_clients;
    uint64_t limit = (uint64_t)wanted;

    if (wanted == 0 || (wanted < 0 && maxmemory == 0))
        return 0;
    if (wanted < 0) /* without overflow */
        limit = maxmemory / 100 * (uint64_t)-wanted + maxmemory % 100 * (uint64_t)-wanted / 100;
    return limit < CLIENT_LIMIT_MIN ? CLIENT_LIMIT_MIN : limit;
}

void client_eviction_configure(struct server *server)
{
    uint64_t before = server->client_eviction.limit_bytes;
    uint64_t limit = limit_of(server_config(server));

    server->client_eviction.limit_bytes = limit;
    if ((before > 0) == (limit > 0))
        return;
    for (int i = 0; i < server->reactor_count; i++) {
        struct session *at = server->reactors[i]->sessions.first;

        for (; at; at = at->next[LINK_ALL]) {
            if (limit > 0)
                client_charge(at);
            else
                client_discharge(at);
        }
    }
    tell_all(server);
}

/* --- Eviction. All of it with the world stopped. */

/* Of the reactors' sessions that have been longest in the largest bucket that has any, the one with
 * most memory; NULL if all buckets are empty. `*bucket` is where to look first, from 1, and moves
 * down with the search. */
static struct session *find_largest(const struct server *server, unsigned *bucket)
{
    for (; *bucket > 0; --*bucket) {
        struct session *largest = NULL;

        for (int i = 0; i < server->reactor_count; i++) {
            struct session *at = server->reactors[i]->charges.buckets[*bucket - 1].first;

            if (at && (!largest || at->charged_bytes > largest->charged_bytes))
                largest = at;
        }
        if (largest)
            return largest;
    }
    return NULL;
}

static void log_evicted(const struct session *session, int64_t now_ms)
{
    const struct server *server = session->reactor->server;
    struct buffer line = {0};

    if (server_config(server)->hide_user_data_from_log)
        buffer_printf(&line, "id=%llu addr=%s laddr=%s tot-mem=%zu\n",
                      (unsigned long long)session->id, session->peer, session->local,
                      session->charged_bytes);
    else
        client_describe(session, now_ms, &line);
    log_line(server->log, LOG_NOTICE, "Evicting client: %.*s", (int)line.size - 1, line.data);
    buffer_release(&line);
}

static void evict(struct session *session)
{
    client_discharge(session);
    session->reactor->stats.evicted_clients++;
    client_end(session);
}

static uint64_t sum_of(const struct server *server)
{
    uint64_t bytes = 0;

    for (int i = 0; i < server->reactor_count; i++)
        bytes += server->reactors[i]->charges.bytes;
    return bytes;
}

static void warn_still_over(struct server *server, int64_t now_ms)
{
    struct client_eviction *all = &server->client_eviction;

    if (now_ms - all->warned_ms < WARN_EVERY_MS)
        return;
    all->warned_ms = now_ms;
    log_line(server->log, LOG_WARNING,
             "Over client maxmemory after evicting all evictable clients");
}

static void evict_until_fits(struct reactor *reactor)
{
    struct server *server = reactor->server;
    uint64_t bytes = sum_of(server);
    uint64_t limit = server->client_eviction.limit_bytes;
    unsigned bucket = CLIENT_BUCKETS;
    size_t count = 0;

    while (limit > 0 && bytes > limit) {
        struct session *session = find_largest(server, &bucket);

        if (!session) {
            warn_still_over(server, reactor->now_ms);
            break;
        }
        if (count++ < LINES_PER_PASS)
            log_evicted(session, reactor->now_ms);
        bytes -= session->charged_bytes;
        evict(session);
    }
    if (count > LINES_PER_PASS)
        log_line(server->log, LOG_NOTICE, "Evicted %zu clients more", count - LINES_PER_PASS);
    tell_all(server);
}

void client_eviction_round(struct reactor *reactor)
{
    struct server *server = reactor->server;
    struct client_eviction *all = &server->client_eviction;

    tell(reactor);
    if (atomic_load_explicit(&all->bytes, memory_order_relaxed) <= all->limit_bytes ||
        atomic_load_explicit(&all->evictable, memory_order_relaxed) == 0 ||
        atomic_load_explicit(&server->busy, memory_order_relaxed))
        return;
    world_stop(server->world, reactor->index);
    if (!atomic_load_explicit(&server->busy, memory_order_relaxed))
        evict_until_fits(reactor);
    world_resume(server->world, reactor->index);
}
