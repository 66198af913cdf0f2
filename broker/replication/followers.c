/* followers.c - the list of replicas, what each is sent, and what is said of them.
 *
 * Sending. A reactor looks at its replicas at the end of each round, and when a socket takes more.
 * Whoever is behind what the backlog holds gets a feeder; once it has come so far that the backlog
 * holds what it wants next, the feeder goes. */
#include "broker/replication/followers.h"
#include "broker/net/loop.h"
#include "broker/observe/monitor.h"
#include "broker/persistence/replicated.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/world.h"
#include "broker/replication/acknowledge.h"
#include "broker/replication/followers_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define SHORTEN_BYTES (UINT64_C(64) << 20) /* that a log for replicas alone has too much */

enum {
    BACKLOG_MIN = 4 * 1024 * 1024, /* bytes in memory, whatever repl-backlog-size says */
    BACKLOG_MAX = 32 * 1024 * 1024,
    ROUND_LIMIT = 4 * 1024 * 1024, /* bytes for one replica in one round of the loop */
    SOURCES = 4,                   /* snapshot, mark behind it, disk, memory */
    ALIVE_EVERY_MS = 1000,         /* a newline while a replica waits for its snapshot */
};

struct followers *followers_new(struct replication *replication)
{
    struct followers *self = mem_zalloc(sizeof(*self));

    self->replication = replication;
    self->server = replication->server;
    self->kept = UINT64_MAX;
    feeder_group_init(&self->group);
    CHECK(pthread_mutex_init(&self->lock, NULL) == 0);
    atomic_init(&self->synced, server_config(self->server)->sync_replicas > 0 ? 0 : UINT64_MAX);
    self->full_sync = full_sync_new(self);
    return self;
}

void followers_stop(struct followers *self)
{
    pthread_mutex_lock(&self->lock);
    for (struct replica *at = self->first; at; at = at->next)
        if (at->feeder)
            feeder_stop(at->feeder);
    pthread_mutex_unlock(&self->lock);
    full_sync_stop(self->full_sync);
    feeder_group_wait(&self->group);
}

void followers_free(struct followers *self)
{
    full_sync_free(self->full_sync);
    feeder_group_release(&self->group);
    pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

/* --- One replica. */

struct replica *replica_of(struct session *session)
{
    struct replica *replica = session->replica;

    if (replica)
        return replica;
    replica = mem_zalloc(sizeof(*replica));
    replica->owner = session->reactor->server->replication->followers;
    replica->session = session;
    atomic_init(&replica->needs, UINT64_MAX);
    atomic_init(&replica->state, REPLICA_GREETING);
    session->replica = replica;
    return replica;
}

void replica_set_state(struct replica *replica, enum replica_state state)
{
    atomic_store_explicit(&replica->state, (int)state, memory_order_relaxed);
    atomic_store_explicit(&replica->since_ms, replica->session->reactor->now_ms,
                          memory_order_relaxed);
}

void replica_wake(const struct replica *replica)
{
    loop_wake(replica->session->reactor->loop);
}

void replica_drop(struct replica *replica, const char *why)
{
    struct session *session = replica->session;

    if (session->flags & SESSION_CLOSING)
        return;
    log_line(replica->owner->server->log, LOG_WARNING, "Connection with replica %s closed: %s",
             session->peer, why);
    session_close(session);
}

static void feeder_is_ready(void *context)
{
    loop_wake(context);
}

static struct feeder_owner feeder_owner(const struct replica *replica)
{
    return (struct feeder_owner){&replica->owner->group, feeder_is_ready,
                                 replica->session->reactor->loop};
}

static void set_feeder(struct replica *replica, struct feeder *feeder)
{
    struct feeder *before;

    pthread_mutex_lock(&replica->owner->lock);
    before = replica->feeder;
    replica->feeder = feeder;
    pthread_mutex_unlock(&replica->owner->lock);
    feeder_free(before);
}

bool replica_feed_file(struct replica *replica, struct io_file *file, uint64_t size)
{
    struct feeder_owner owner = feeder_owner(replica);

    set_feeder(replica, feeder_of_file_take(&owner, file, size));
    return replica->feeder != NULL;
}

bool replica_feed_log(struct replica *replica)
{
    struct persistence *persistence = replica->owner->server->persistence;
    struct feeder_owner owner = feeder_owner(replica);

    backlog_leave(&replica->cursor);
    set_feeder(replica, feeder_of_log(&owner, persistence_stream_directory(persistence),
                                      replica->cursor.position, persistence_durable(persistence)));
    /* what became durable before it was in its place it has not been told */
    if (replica->feeder)
        feeder_durable(replica->feeder, persistence_durable(persistence));
    return replica->feeder != NULL;
}

void replica_stop_feeding(struct replica *replica)
{
    set_feeder(replica, NULL);
}

void replica_go_online(struct replica *replica)
{
    struct backlog *backlog = persistence_backlog(replica->owner->server->persistence);
    struct session *session = replica->session;

    replica_stop_feeding(replica);
    replica_set_state(replica, REPLICA_ONLINE);
    atomic_store_explicit(&replica->acked_ms, session->reactor->now_ms, memory_order_relaxed);
    if (!backlog || !backlog_seek(backlog, &replica->cursor, replica->cursor.position))
        replica_feed_log(replica);
    log_line(replica->owner->server->log, LOG_NOTICE, "Replica %s gets the stream from %s",
             session->peer, replica->feeder ? "the log on disk" : "memory");
}

static void enlist(struct replica *replica)
{
    struct followers *self = replica->owner;
    struct session *session = replica->session;

    session_link(session, LINK_REPLICA);
    atomic_fetch_add_explicit(&self->on_reactor[session->reactor->index], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&self->count, 1, memory_order_relaxed);
    pthread_mutex_lock(&self->lock);
    replica->previous = self->last;
    if (self->last)
        self->last->next = replica;
    else
        self->first = replica;
    self->last = replica;
    replica->listed = true;
    pthread_mutex_unlock(&self->lock);
}

static void delist(struct replica *replica)
{
    struct followers *self = replica->owner;
    struct session *session = replica->session;

    session_unlink(session, LINK_REPLICA);
    atomic_fetch_sub_explicit(&self->on_reactor[session->reactor->index], 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&self->count, 1, memory_order_relaxed);
    pthread_mutex_lock(&self->lock);
    if (replica->next)
        replica->next->previous = replica->previous;
    else
        self->last = replica->previous;
    if (replica->previous)
        replica->previous->next = replica->next;
    else
        self->first = replica->next;
    replica->listed = false;
    pthread_mutex_unlock(&self->lock);
}

void followers_session_gone(struct session *session)
{
    struct replica *replica = session->replica;

    if (replica->listed)
        delist(replica);
    replica_stop_feeding(replica);
    full_sync_leave(replica);
    backlog_leave(&replica->cursor);
    buffer_release(&replica->head);
    mem_free(replica->names);
    mem_free(replica);
    session->replica = NULL;
}

/* --- Sending. */

long replica_send(struct replica *replica, struct span bytes, bool *full)
{
    struct session *session = replica->session;
    long put = stream_write(&session->stream, bytes.data, bytes.size);

    if (put < 0)
        return put;
    *full = replica->blocked = (size_t)put < bytes.size;
    replica->round_bytes += (uint64_t)put;
    if (put > 0)
        replica->moved_ms = session->reactor->now_ms;
    atomic_fetch_add_explicit(&replica->owner->sent_bytes, (unsigned long long)put,
                              memory_order_relaxed);
    return put;
}

static long write_head(struct replica *replica, bool *full)
{
    struct span rest =
        span_of(replica->head.data + replica->head_sent, replica->head.size - replica->head_sent);
    long put = replica_send(replica, rest, full);

    if (put > 0)
        replica->head_sent += (size_t)put;
    if (replica->head_sent == replica->head.size) {
        buffer_release(&replica->head);
        replica->head_sent = 0;
    }
    return put;
}

static void feeding_failed(struct replica *replica, const struct diag *diag)
{
    char why[DIAG_TEXT_LIMIT + 64];

    snprintf(why, sizeof(why), "what it needs can't be read: %s", diag->text);
    replica_drop(replica, why);
}

/* The next piece that the feeder has, if it has one; *state says. */
static long write_fed(struct replica *replica, enum feeder_state *state, bool *full)
{
    struct diag diag = {0};
    struct span bytes;
    long put;

    *state = feeder_peek(replica->feeder, &bytes, &diag);
    if (*state == FEEDER_FAILED)
        feeding_failed(replica, &diag);
    if (*state != FEEDER_BYTES)
        return 0;
    put = replica_send(replica, bytes, full);
    if (put > 0)
        feeder_advance(replica->feeder, (size_t)put);
    return put;
}

static void moved_on(struct replica *replica)
{
    atomic_store_explicit(&replica->needs, replica->cursor.position, memory_order_relaxed);
}

static long write_from_disk(struct replica *replica, bool *full)
{
    struct backlog *backlog = persistence_backlog(replica->owner->server->persistence);
    enum feeder_state state;
    long put;

    if (!replica->blocked && backlog && feeder_is_between(replica->feeder) &&
        replica->cursor.position >= backlog_begin(backlog) &&
        backlog_seek(backlog, &replica->cursor, replica->cursor.position)) {
        replica_stop_feeding(replica);
        return 0;
    }
    put = write_fed(replica, &state, full);
    if (put > 0) {
        backlog_advance(&replica->cursor, (size_t)put);
        moved_on(replica);
    }
    return put;
}

static long write_from_memory(struct replica *replica, bool *full)
{
    struct backlog *backlog = persistence_backlog(replica->owner->server->persistence);
    struct span bytes;
    long put;

    if (!backlog || !backlog_peek(backlog, &replica->cursor, &bytes)) {
        if (!replica_feed_log(replica))
            replica_drop(replica, "no thread can be started to read the log for it");
        return 0;
    }
    if (bytes.size == 0)
        return 0;
    put = replica_send(replica, bytes, full);
    if (put > 0) {
        backlog_advance(&replica->cursor, (size_t)put);
        moved_on(replica);
    }
    return put;
}

static long write_snapshot(struct replica *replica, bool *full)
{
    enum feeder_state state;
    long put;

    put =
        replica->relay ? full_sync_write(replica, &state, full) : write_fed(replica, &state, full);
    if (state == FEEDER_ENDED && !(replica->session->flags & SESSION_CLOSING))
        full_sync_ended(replica);
    return put;
}

/* The others have their turn. */
static bool had_enough(struct replica *replica)
{
    struct reactor *reactor = replica->session->reactor;

    if (replica->round != reactor->stats.loop_rounds) {
        replica->round = reactor->stats.loop_rounds;
        replica->round_bytes = 0;
    }
    if (replica->round_bytes < ROUND_LIMIT)
        return false;
    loop_wake(reactor->loop);
    return true;
}

static long write_next(struct replica *replica, bool *full)
{
    switch (replica_state(replica)) {
    case REPLICA_SNAPSHOT:
        return write_snapshot(replica, full);
    case REPLICA_ONLINE:
        return replica->feeder ? write_from_disk(replica, full) : write_from_memory(replica, full);
    default:
        return 0;
    }
}

long followers_write(struct session *session, bool *full)
{
    struct replica *replica = session->replica;
    long put = 0;

    if (!replica->listed || had_enough(replica))
        return 0;
    /* changing from one source to the next gives no bytes */
    for (int i = 0; i < SOURCES && put == 0 && !*full; i++) {
        if (session->flags & SESSION_CLOSING)
            return 0;
        put = replica->head.size > 0 ? write_head(replica, full) : write_next(replica, full);
    }
    return put;
}

/* Has it something to send? Asked each round, so it costs little. */
static bool is_behind(const struct replica *replica)
{
    const struct backlog *backlog = persistence_backlog(replica->owner->server->persistence);

    if (replica->head.size > 0 || replica->feeder || replica->relay)
        return true;
    return replica_state(replica) == REPLICA_ONLINE &&
           (!backlog || replica->cursor.position != backlog_end(backlog));
}

/* Once a second a newline, so that neither end takes the other for dead while a snapshot is made.
 */
static void keep_alive(struct replica *replica, int64_t now_ms)
{
    if (replica_state(replica) != REPLICA_WAITING || now_ms - replica->said_ms < ALIVE_EVERY_MS)
        return;
    replica->said_ms = now_ms;
    if (replica->head.size == 0)
        buffer_append_span(&replica->head, SPAN("\n"));
}

/* It is alive if it says anything: newlines while it loads, acknowledgements later. And it has to
 * take what it is sent. */
static void check_time(struct replica *replica, int64_t now_ms)
{
    const struct session *session = replica->session;
    int64_t limit_ms = server_config(replica->owner->server)->repl_timeout * 1000;
    int64_t heard_ms = atomic_load_explicit(&replica->since_ms, memory_order_relaxed);

    if (session->active_ms > heard_ms)
        heard_ms = session->active_ms;
    if (replica_state(replica) >= REPLICA_ONLINE && now_ms - heard_ms > limit_ms)
        replica_drop(replica, "it has said nothing for longer than repl-timeout");
    else if (session->flags & SESSION_WRITING && now_ms - replica->moved_ms > limit_ms)
        replica_drop(replica, "it has taken nothing for longer than repl-timeout");
}

void followers_flush(struct reactor *reactor)
{
    struct session *session, *next;

    for (session = reactor->replicas.first; session; session = next) {
        next = session->next[LINK_REPLICA];
        if (session->flags & SESSION_CLOSING)
            continue;
        keep_alive(session->replica, reactor->now_ms);
        check_time(session->replica, reactor->now_ms);
        if (!(session->flags & (SESSION_WRITING | SESSION_CLOSING)) && is_behind(session->replica))
            session_flush(session);
    }
}

void followers_wake(struct followers *self, struct reactor *reactor)
{
    if (atomic_load_explicit(&self->count, memory_order_relaxed) == 0)
        return;
    acknowledge_ask(self, reactor, false);
    for (int i = 0; i < self->server->reactor_count; i++)
        if (i != reactor->index &&
            atomic_load_explicit(&self->on_reactor[i], memory_order_relaxed) > 0)
            loop_wake(self->server->reactors[i]->loop);
}

/* --- Coming and going. */

bool followers_keep(struct followers *self, uint64_t position)
{
    struct commit_log *log = persistence_stream(self->server->persistence);

    if (position < self->kept) {
        self->kept = position;
        commit_log_keep(log, position);
    }
    return commit_log_oldest(log) <= position;
}

static bool is_ours(const struct commit_history *history, struct span id, uint64_t position)
{
    return span_is(id, history->id) || commit_history_was(history, id, position);
}

/* What it has up to `position` is ours, by one of its names. */
static bool is_granted(const struct replica *replica, struct span id, uint64_t position)
{
    struct followers *self = replica->owner;
    struct persistence *persistence = self->server->persistence;
    struct commit_history history;
    bool ours;

    commit_log_history(persistence_stream(persistence), &history);
    ours = is_ours(&history, id, position);
    for (size_t i = 0; !ours && i < replica->name_count; i++)
        ours = is_ours(&history, span_text(replica->names[i]), position);
    return ours && position <= persistence_position(persistence) && followers_keep(self, position);
}

static void grant(struct replica *replica, uint64_t position)
{
    struct followers *self = replica->owner;

    self->partial_ok++;
    replica->cursor.position = position;
    atomic_store_explicit(&replica->needs, position, memory_order_relaxed);
    buffer_printf(&replica->head, "+CONTINUE %s\r\n",
                  commit_log_id(persistence_stream(self->server->persistence)));
    log_line(self->server->log, LOG_NOTICE,
             "Partial synchronisation of replica %s from position %llu, %llu bytes behind",
             replica->session->peer, (unsigned long long)position,
             (unsigned long long)(persistence_position(self->server->persistence) - position));
    replica_go_online(replica);
}

/* repl-backlog-size is kept on the disk, so that it may be large without costing memory. */
static size_t backlog_limit(const struct followers *self)
{
    int64_t size = server_config(self->server)->repl_backlog_size;

    if (size < BACKLOG_MIN)
        return BACKLOG_MIN;
    return size > BACKLOG_MAX ? BACKLOG_MAX : (size_t)size;
}

/* repl-disable-tcp-nodelay: fewer, larger packets, later. */
static void set_delay(const struct session *session)
{
    int no = 0;

    if (server_config(session->reactor->server)->repl_disable_tcp_nodelay)
        setsockopt(session->stream.fd, IPPROTO_TCP, TCP_NODELAY, &no, sizeof(no));
}

/* Replies and messages to it would stand in the middle of the stream. */
static void silence(struct session *session)
{
    pubsub_unsubscribe_all(session);
    monitors_stop(session);
    tracker_stop(session->reactor->server->tracking, session->tracker);
    session->protocol = 2; /* so that nobody's tracking is redirected to it */
    session->flags |= SESSION_REPLY_OFF;
}

/* Our records mean nothing to others. A snapshot alone they may have, of what they can read. */
static bool may_follow(const struct replica *replica, struct reply *out)
{
    if (replica->capabilities & CAPABLE_MILLSTREAM)
        return true;
    if (replica->rdb_only && replica->capabilities & CAPABLE_EOF)
        return true;
    reply_error(out,
                "ERR only replicas that say 'REPLCONF capa millstream' can follow this server: "
                "its stream has records of its own");
    return false;
}

void followers_sync(struct session *session, const struct span *id, int64_t position,
                    struct reply *out)
{
    struct replica *replica = replica_of(session);
    struct followers *self = replica->owner;
    struct persistence *persistence = self->server->persistence;
    struct diag diag = {0};

    if (replica->listed)
        return; /* it is one already */
    if (!may_follow(replica, out))
        return;
    if (persistence_need_stream(persistence, &diag) < 0) {
        reply_error_format(out, "ERR there is no log for replicas: %s", diag.text);
        return;
    }
    persistence_begin_backlog(persistence, backlog_limit(self));
    silence(session);
    set_delay(session);
    enlist(replica);
    replica->tells_position = id != NULL;
    if (id && position >= 0 && is_granted(replica, *id, (uint64_t)position)) {
        grant(replica, (uint64_t)position);
    } else {
        self->partial_err += id && position >= 0;
        full_sync_begin(self->full_sync, replica);
    }
    replica_wake(replica);
}

void followers_drop_all(struct followers *self, const char *why)
{
    for (struct replica *at = self->first; at; at = at->next) {
        replica_stop_feeding(at);
        backlog_leave(&at->cursor);
        /* what it has said is of other positions, and its session goes a little later */
        replica_set_state(at, REPLICA_GREETING);
        atomic_store_explicit(&at->needs, UINT64_MAX, memory_order_relaxed);
        atomic_store_explicit(&at->acked, 0, memory_order_relaxed);
        atomic_store_explicit(&at->durable, 0, memory_order_relaxed);
        replica_drop(at, why);
    }
    self->kept = UINT64_MAX;
    acknowledge_reset(self);
}

/* --- In between. */

/* The log keeps what the replicas that are here need, and repl-backlog-size for those that are not,
 * unless there have been none for repl-backlog-ttl, or none at all yet. */
static void keep_log(struct followers *self, uint64_t position)
{
    struct commit_log *log = persistence_stream(self->server->persistence);
    uint64_t size = (uint64_t)server_config(self->server)->repl_backlog_size;
    uint64_t lowest = position > size ? position - size : 0;

    if (!persistence_backlog(self->server->persistence))
        lowest = UINT64_MAX;
    pthread_mutex_lock(&self->lock);
    for (const struct replica *at = self->first; at; at = at->next) {
        uint64_t needs = atomic_load_explicit(&at->needs, memory_order_relaxed);

        lowest = needs < lowest ? needs : lowest;
    }
    pthread_mutex_unlock(&self->lock);
    self->kept = lowest;
    commit_log_keep(log, lowest);
}

static void discard(void *argument)
{
    struct followers *self = argument;
    struct diag diag = {0};
    int rc = commit_log_discard(self->discard_of, self->discard_to, &diag);

    if (rc < 0 && rc != ERR_EXISTS)
        log_line(self->server->log, LOG_WARNING, "The log for replicas can't be shortened: %s",
                 diag.text);
    atomic_store_explicit(&self->discarding, false, memory_order_release);
}

/* A log for replicas alone grows by everything that is written, and nobody reads it back: what no
 * replica needs goes. If there is a checkpoint (a replica got it), that takes a newer one. */
static void shorten_log(struct followers *self)
{
    struct persistence *persistence = self->server->persistence;
    struct commit_log *log = persistence_stream(persistence);
    uint64_t position = commit_log_position(log);
    uint64_t needed = self->kept < position ? self->kept : position;
    struct commit_facts facts;
    char path[4096];

    if (persistence_log(persistence) || needed < commit_log_oldest(log) + SHORTEN_BYTES ||
        atomic_load_explicit(&self->discarding, memory_order_acquire))
        return;
    commit_log_facts(log, &facts);
    if (commit_log_checkpoint_file(log, path, sizeof(path))) {
        if (facts.position - facts.checkpoint > 2 * SHORTEN_BYTES + facts.base_bytes)
            persistence_want_checkpoint(persistence);
        return;
    }
    self->discard_of = log;
    self->discard_to = needed;
    atomic_store_explicit(&self->discarding, true, memory_order_relaxed);
    if (!workers_start(&self->server->workers, discard, self))
        atomic_store_explicit(&self->discarding, false, memory_order_relaxed);
}

static void end_backlog(struct followers *self)
{
    struct persistence *persistence = self->server->persistence;

    world_stop(self->server->world, 0);
    if (atomic_load_explicit(&self->count, memory_order_relaxed) == 0) {
        persistence_end_backlog(persistence);
        log_line(self->server->log, LOG_NOTICE,
                 "Replication backlog freed after %lld seconds without connected replicas.",
                 (long long)server_config(self->server)->repl_backlog_ttl);
    }
    world_resume(self->server->world, 0);
}

static void look_after_backlog(struct followers *self, int64_t now_ms)
{
    int64_t ttl_ms = server_config(self->server)->repl_backlog_ttl * 1000;

    if (atomic_load_explicit(&self->count, memory_order_relaxed) > 0)
        self->alone_since_ms = 0;
    else if (self->alone_since_ms == 0)
        self->alone_since_ms = now_ms;
    else if (ttl_ms > 0 && now_ms - self->alone_since_ms > ttl_ms)
        end_backlog(self);
}

static void ping(struct followers *self, int64_t now_ms)
{
    int64_t every_ms = server_config(self->server)->repl_ping_replica_period * 1000;

    if (replication_is_replica(self->replication) || now_ms - self->pinged_ms < every_ms ||
        atomic_load_explicit(&self->count, memory_order_relaxed) == 0)
        return;
    self->pinged_ms = now_ms;
    persistence_say(self->server->persistence, self->server->reactors[0],
                    SPAN("*1\r\n$4\r\nPING\r\n"));
}

static void count_good(struct followers *self, int64_t now_ms)
{
    int64_t lag_ms = server_config(self->server)->min_replicas_max_lag * 1000;
    int online = 0, good = 0;

    pthread_mutex_lock(&self->lock);
    for (const struct replica *at = self->first; at; at = at->next) {
        if (replica_state(at) != REPLICA_ONLINE)
            continue;
        online++;
        good += now_ms - atomic_load_explicit(&at->acked_ms, memory_order_relaxed) <= lag_ms;
    }
    pthread_mutex_unlock(&self->lock);
    atomic_store_explicit(&self->online, online, memory_order_relaxed);
    atomic_store_explicit(&self->good, good, memory_order_relaxed);
}

void followers_cron(struct followers *self)
{
    struct persistence *persistence = self->server->persistence;
    int64_t now_ms = self->server->reactors[0]->now_ms;

    if (atomic_load_explicit(&self->server->loading, memory_order_relaxed) ||
        !persistence_stream(persistence))
        return;
    if (persistence_backlog(persistence))
        look_after_backlog(self, now_ms);
    keep_log(self, persistence_position(persistence));
    shorten_log(self);
    /* messages alone make no noise in the log, but who reads it has to hear of them */
    followers_durable(self, persistence_durable(persistence));
    count_good(self, now_ms);
    ping(self, now_ms);
    full_sync_cron(self->full_sync);
    acknowledge_cron(self);
    farewell_cron(self);
}

void followers_configure(struct followers *self)
{
    struct persistence *persistence = self->server->persistence;
    struct diag diag = {0};

    if (server_config(self->server)->sync_replicas > 0 &&
        persistence_need_stream(persistence, &diag) < 0)
        log_line(self->server->log, LOG_WARNING, "There is no log for replicas: %s", diag.text);
    if (persistence_backlog(persistence))
        persistence_begin_backlog(persistence, backlog_limit(self));
    acknowledge_configure(self);
}

void followers_durable(struct followers *self, uint64_t position)
{
    if (atomic_load_explicit(&self->count, memory_order_relaxed) == 0)
        return;
    pthread_mutex_lock(&self->lock);
    for (struct replica *at = self->first; at; at = at->next)
        if (at->feeder)
            feeder_durable(at->feeder, position);
    pthread_mutex_unlock(&self->lock);
    acknowledge_look(self);
}

/* --- What they have. */

size_t followers_count(const struct followers *self)
{
    return (size_t)atomic_load_explicit(&self->count, memory_order_relaxed);
}

size_t followers_good(const struct followers *self)
{
    return (size_t)atomic_load_explicit(&self->good, memory_order_relaxed);
}

bool followers_is_replica(const struct session *session)
{
    return session->replica && session->replica->listed;
}
