#include "broker/replication/link.h"
#include "broker/command/dispatch.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/world.h"
#include "broker/replication/failover.h"
#include "broker/replication/followers.h"
#include "broker/replication/link_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/check.h"
#include "core/base/cpus.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/time/clock.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    RETRY_MS = 1000,
    RETRY_LIMIT_MS = 60000, /* after full synchronisations that came to nothing */
    ACK_EVERY_MS = 1000,
};

static enum follow_state state_of(const struct primary_link *self)
{
    return (enum follow_state)atomic_load_explicit(&self->state, memory_order_relaxed);
}

static void set_state(struct primary_link *self, enum follow_state state)
{
    atomic_store_explicit(&self->state, (int)state, memory_order_relaxed);
}

bool link_is_cancelled(const struct primary_link *self)
{
    return atomic_load_explicit(&self->cancel, memory_order_relaxed) ||
           atomic_load_explicit(&self->server->stopping, memory_order_relaxed);
}

bool link_enter_world(struct primary_link *self)
{
    world_enter(self->server->world, self->server->reactor_count);
    if (!link_is_cancelled(self))
        return true;
    world_leave(self->server->world, self->server->reactor_count);
    return false;
}

void link_leave_world(struct primary_link *self)
{
    world_leave(self->server->world, self->server->reactor_count);
}

/* With `lock` held: until it changes, or so long. */
static void wait_locked(struct primary_link *self, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&self->changed, &self->lock, &until);
}

bool link_pause(struct primary_link *self, int64_t ms)
{
    pthread_mutex_lock(&self->lock);
    if (!link_is_cancelled(self))
        wait_locked(self, ms);
    pthread_mutex_unlock(&self->lock);
    return !link_is_cancelled(self);
}

/* --- Connecting. */

static void drop_settings(struct follow_settings *settings)
{
    mem_free(settings->user);
    mem_free(settings->password);
    mem_free(settings->announced_host);
    mem_free(settings->source);
    tls_free(settings->tls);
    *settings = (struct follow_settings){0};
}

static int take_settings(struct primary_link *self, struct diag *diag)
{
    const struct config *config = server_config(self->server);
    struct follow_settings *settings = &self->settings;

    drop_settings(settings);
    settings->user = mem_strdup(config->masteruser);
    settings->password = mem_strdup(config->masterauth);
    settings->announced_host = mem_strdup(config->replica_announce_ip);
    settings->source = mem_strdup(config->bind_source_addr);
    settings->announced_port = (int)config->replica_announce_port;
    if (settings->announced_port == 0)
        settings->announced_port =
            config->tls_replication && config->tls_port ? config->tls_port : config->port;
    settings->timeout_ms =
        config->repl_timeout > INT32_MAX / 1000 ? INT32_MAX : (int)config->repl_timeout * 1000;
    settings->keepalive_s = config->tcp_keepalive;
    settings->loading = config->repl_diskless_load;
    if (!config->tls_replication)
        return 0;
    settings->tls = self->server->tls ? tls_dial(self->server->tls) : NULL;
    if (!settings->tls)
        return diag_set(diag, ERR_UNSUPPORTED,
                        "tls-replication is on, but TLS is not set up for connections to others");
    return 0;
}

/* Nothing was appended since the history was called otherwise (messages were, and are taken back):
 * others may not have heard the newer names. A primary that understands one id only is most likely
 * to know the oldest. */
static void take_names(struct follow_place *place, const struct commit_history *history)
{
    for (size_t i = 0; i < history->past_count && history->past[i].end >= place->position; i++) {
        memcpy(place->names[place->name_count++], place->id, sizeof(place->id));
        memcpy(place->id, history->past[i].id, sizeof(place->id));
    }
}

/* Where to go on. Positions that are on no disk are taken back: a primary that has crashed may have
 * given them to others. */
static void take_place(struct primary_link *self, struct follow_place *place)
{
    struct persistence *persistence = self->server->persistence;
    struct commit_history history;

    *place = (struct follow_place){0};
    if (atomic_load_explicit(&self->replication->asks_all, memory_order_relaxed) ||
        !persistence_stream(persistence))
        return;
    if (self->errand == ERRAND_NONE && persistence_rewind(persistence))
        followers_drop_all(self->replication->followers,
                           "positions of messages are taken back, the primary has to be asked");
    commit_log_history(persistence_stream(persistence), &history);
    place->is_known = true;
    place->position = persistence_position(persistence);
    memcpy(place->id, history.id, sizeof(place->id));
    if (self->errand == ERRAND_NONE)
        take_names(place, &history);
}

/* The stream goes on where this server is, maybe under another name. The thread runs nowhere. */
static int take_continuation(struct primary_link *self, const struct follow_place *place,
                             const struct follow_answer *answer, struct diag *diag)
{
    struct server *server = self->server;
    struct commit_log *log;
    struct commit_history history;
    int rc = 0;

    if (!place->is_known)
        return diag_set(diag, ERR_DAMAGED, "the primary goes on where nothing was asked for");
    if (!link_enter_world(self))
        return diag_set(diag, ERR_CLOSED, "it was given up");
    world_stop(server->world, server->reactor_count);
    log = persistence_stream(server->persistence);
    if (!log || persistence_position(server->persistence) != place->position) {
        rc = diag_set(diag, ERR_CLOSED, "the log has been replaced meanwhile");
    } else {
        const char *id = answer->id[0] ? answer->id : place->id;

        commit_log_history(log, &history);
        if (strcmp(id, history.id) != 0) {
            commit_history_begin(&history, id, place->position);
            rc = commit_log_set_history(log, &history, diag);
            if (rc == 0)
                followers_drop_all(self->replication->followers, "the history has a new id");
        }
        self->db = persistence_stream_db(server->persistence);
    }
    world_resume(server->world, server->reactor_count);
    link_leave_world(self);
    return rc;
}

static struct peer *dial(struct primary_link *self, struct diag *diag)
{
    char port[NUM_TEXT_LIMIT];
    struct peer_address address = {
        .host = self->host, .port = port, .source = self->settings.source};
    struct tls *tls = self->settings.tls;

    snprintf(port, sizeof(port), "%d", self->port);
    self->settings.tls = NULL;
    return peer_connect_take(&address, tls, self->settings.timeout_ms, &self->cancel, diag);
}

static int connect_primary(struct primary_link *self, struct follow_place *place, struct diag *diag)
{
    struct server *server = self->server;
    int rc;

    if (!link_enter_world(self))
        return diag_set(diag, ERR_CLOSED, "it was given up");
    world_stop(server->world, server->reactor_count);
    rc = take_settings(self, diag);
    if (rc == 0)
        take_place(self, place);
    world_resume(server->world, server->reactor_count);
    link_leave_world(self);
    if (rc < 0)
        return rc;
    set_state(self, FOLLOW_CONNECTING);
    self->peer = dial(self, diag);
    return self->peer ? 0 : ERR_IO;
}

/* --- Handing over. */

static void detach(struct primary_link *self)
{
    pthread_mutex_lock(&self->lock);
    self->is_attached = false;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void acknowledge(struct primary_link *self);

/* Reactor 0: the connection becomes a session. */
static void on_attached(void *receiver, struct inbox_message *message)
{
    struct primary_link *self =
        (struct primary_link *)(void *)((char *)message - offsetof(struct primary_link, message));
    struct reactor *reactor = receiver;
    struct server *server = self->server;
    struct session *session;

    if (link_is_cancelled(self)) {
        stream_close(&self->stream);
        buffer_release(&self->rest);
        detach(self);
        return;
    }
    atomic_fetch_add_explicit(&server->client_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&reactor->session_count, 1, memory_order_relaxed);
    session = session_new(
        reactor, self->stream,
        atomic_fetch_add_explicit(&server->next_session_id, 1, memory_order_relaxed), NULL);
    session->flags = (session->flags & ~(unsigned)SESSION_HANDSHAKING) | SESSION_AUTHENTICATED;
    session->primary = self;
    session->reads = 1; /* it is no new client */
    self->session = session;
    self->up_since_ms = self->last_input_ms = reactor->now_ms;
    self->missing_ms += self->up_since_ms - self->down_since_ms;
    self->replication->was_linked = true;
    applier_init(&self->applier, reactor, self->db);
    set_state(self, FOLLOW_CONNECTED);
    session->input = self->rest;
    self->rest = (struct buffer){0};
    session_link(session, LINK_RESUME);
    acknowledge(self);
    if (reactor->ready)
        dispatch_serve_ready(reactor); /* the data was replaced */
}

/* Gives the connection to reactor 0 and waits until it is over. */
static void hand_over(struct primary_link *self)
{
    struct buffer rest;

    self->stream = peer_take_stream(self->peer, &rest);
    self->peer = NULL;
    buffer_append(&self->rest, rest.data, rest.size);
    buffer_release(&rest);
    self->is_attached = true;
    self->message.deliver = on_attached;
    reactor_post(self->server->reactors[0], NULL, &self->message);
    pthread_mutex_lock(&self->lock);
    while (self->is_attached &&
           !atomic_load_explicit(&self->server->stopping, memory_order_relaxed))
        wait_locked(self, RETRY_MS);
    pthread_mutex_unlock(&self->lock);
}

/* --- The thread. */

/* Whom we asked to lead does. */
static int finish_errand(struct primary_link *self, struct diag *diag)
{
    struct server *server = self->server;

    if (!link_enter_world(self))
        return diag_set(diag, ERR_CLOSED, "it was given up");
    world_stop(server->world, server->reactor_count);
    if (self->replication->link == self)
        failover_done(self->replication->failover);
    world_resume(server->world, server->reactor_count);
    link_leave_world(self);
    self->errand = ERRAND_NONE;
    return 0;
}

static int synchronise(struct primary_link *self, struct diag *diag)
{
    struct follow_place place;
    struct follow_answer answer;
    int rc;

    atomic_fetch_add_explicit(&self->attempts, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&self->recent_attempts, 1, memory_order_relaxed);
    rc = connect_primary(self, &place, diag);
    if (rc < 0)
        return rc;
    set_state(self, FOLLOW_GREETING);
    rc = greeting_run(self, &place, &answer, diag);
    if (rc < 0)
        return rc;
    rc = self->errand == ERRAND_NONE ? 0 : finish_errand(self, diag);
    if (rc < 0)
        return rc;
    set_state(self, FOLLOW_SYNC);
    if (!answer.is_full) {
        rc = take_continuation(self, &place, &answer, diag);
        if (rc == 0)
            log_line(self->server->log, LOG_NOTICE,
                     "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization from "
                     "position %llu",
                     (unsigned long long)place.position);
        self->continued += rc == 0;
        return rc;
    }
    log_line(self->server->log, LOG_NOTICE, "Full resync from master: %s:%llu", answer.id,
             (unsigned long long)answer.position);
    rc = transfer_run(self, &answer, diag);
    if (rc == 0) {
        log_line(self->server->log, LOG_NOTICE, "MASTER <-> REPLICA sync: Finished with success");
        self->full_syncs++;
    } else if (atomic_load_explicit(&self->replication->asks_all, memory_order_relaxed)) {
        self->failures++;
    }
    return rc;
}

static int64_t pause_ms(const struct primary_link *self)
{
    unsigned shift = self->failures < 6 ? self->failures : 6;
    int64_t ms = (int64_t)RETRY_MS << shift;

    return ms < RETRY_LIMIT_MS ? ms : RETRY_LIMIT_MS;
}

static void *link_main(void *argument)
{
    struct primary_link *self = argument;

    cpus_take(CPUS_BACKGROUND, NULL);
    while (!link_is_cancelled(self)) {
        struct diag diag = {0};
        int rc;

        log_line(self->server->log, LOG_NOTICE, "Connecting to MASTER %s:%d", self->host,
                 self->port);
        rc = synchronise(self, &diag);
        if (rc == 0) {
            hand_over(self);
        } else {
            if (!link_is_cancelled(self))
                log_line(self->server->log, LOG_WARNING, "Following %s:%d: %s", self->host,
                         self->port, diag.text);
            if (self->errand != ERRAND_NONE)
                failover_failed(self->replication->failover, self, self->is_refused, &diag);
            buffer_clear(&self->rest);
        }
        peer_free(self->peer);
        self->peer = NULL;
        set_state(self, FOLLOW_CONNECT);
        if (rc < 0 || self->failures > 0)
            link_pause(self, pause_ms(self));
    }
    atomic_store_explicit(&self->ended, true, memory_order_release);
    return NULL;
}

static struct primary_link *start(struct replication *replication, const char *host, int port,
                                  enum link_errand errand)
{
    struct primary_link *self = mem_zalloc(sizeof(*self));
    pthread_condattr_t attributes;
    sigset_t all, before;

    self->replication = replication;
    self->server = replication->server;
    snprintf(self->host, sizeof(self->host), "%s", host);
    self->port = port;
    self->errand = errand;
    self->down_since_ms = clock_now_ms();
    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    CHECK(pthread_create(&self->thread, NULL, link_main, self) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(self->thread, "primary-link");
    return self;
}

struct primary_link *link_new(struct replication *replication, const char *host, int port)
{
    return start(replication, host, port, ERRAND_NONE);
}

struct primary_link *link_new_failover(struct replication *replication, const char *host, int port,
                                       bool force)
{
    return start(replication, host, port, force ? ERRAND_FORCE : ERRAND_FAILOVER);
}

void link_retire(struct primary_link *self)
{
    if (!self)
        return;
    atomic_store_explicit(&self->cancel, true, memory_order_relaxed);
    if (self->session)
        session_close(self->session);
    pthread_mutex_lock(&self->lock);
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

bool link_has_ended(const struct primary_link *self)
{
    return atomic_load_explicit(&self->ended, memory_order_acquire) && !self->session &&
           !self->is_held;
}

void link_join(struct primary_link *self)
{
    if (self->thread)
        pthread_join(self->thread, NULL);
    self->thread = 0;
}

struct primary_link *link_next(const struct primary_link *self)
{
    return self->next;
}

void link_set_next(struct primary_link *self, struct primary_link *next)
{
    self->next = next;
}

void link_free(struct primary_link *self)
{
    if (!self)
        return;
    link_join(self);
    drop_settings(&self->settings);
    buffer_release(&self->rest);
    applier_release(&self->applier);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

/* --- Following. Reactor 0. */

/* "REPLCONF ACK <applied> [FACK <on our disk>]". */
static void acknowledge(struct primary_link *self)
{
    struct persistence *persistence = self->server->persistence;
    char applied[NUM_TEXT_LIMIT], durable[NUM_TEXT_LIMIT];
    struct span words[5] = {SPAN("REPLCONF"), SPAN("ACK"), {0}, SPAN("FACK"), {0}};
    size_t count = 3;

    if (!self->session || self->session->flags & SESSION_CLOSING)
        return;
    words[2] =
        span_of(applied, num_format_i64(applied, (int64_t)persistence_position(persistence)));
    if (persistence_log(persistence)) {
        words[4] =
            span_of(durable, num_format_i64(durable, (int64_t)persistence_synced(persistence)));
        count = 5;
    }
    resp_write_command(&self->session->output.own, count, words);
    session_wrote(self->session);
}

void link_acknowledge(struct primary_link *self)
{
    acknowledge(self);
}

/* A script runs long: nothing of the stream is carried out until it is over. */
static void on_released(void *receiver, struct inbox_message *message)
{
    struct primary_link *self =
        (struct primary_link *)(void *)((char *)message - offsetof(struct primary_link, held));
    struct reactor *reactor = receiver;

    if (atomic_load_explicit(&self->server->busy, memory_order_relaxed)) {
        reactor_keep(reactor, message);
        return;
    }
    self->is_held = false;
    if (!self->session || link_is_cancelled(self))
        return;
    self->session->flags &= ~(unsigned)SESSION_PAUSED;
    if (self->session->input.size == 0)
        link_receive(self->session, NULL, 0);
    session_link(self->session, LINK_RESUME);
}

static void hold(struct primary_link *self)
{
    self->session->flags |= SESSION_PAUSED;
    if (self->is_held)
        return;
    self->is_held = true;
    self->held.deliver = on_released;
    reactor_keep(self->session->reactor, &self->held);
}

/* What the primary does can't be done here: the data is not the same. */
static void give_up(struct primary_link *self, const struct diag *diag)
{
    log_line(self->server->log, LOG_WARNING,
             "The data is not the primary's any more: %s. Everything will be asked for anew.",
             diag->text);
    atomic_store_explicit(&self->replication->asks_all, true, memory_order_relaxed);
    self->failures++;
    session_close(self->session);
}

size_t link_receive(struct session *session, const char *data, size_t size)
{
    struct primary_link *self = session->primary;
    struct diag diag = {0};
    size_t used = 0;

    if (session->flags & SESSION_CLOSING)
        return size;
    self->last_input_ms = session->reactor->now_ms;
    if (atomic_load_explicit(&self->server->busy, memory_order_relaxed)) {
        hold(self);
        return 0;
    }
    if (applier_take(&self->applier, &session->parser, data, size, &used, &diag) < 0) {
        give_up(self, &diag);
        return size;
    }
    if (self->applier.must_wait)
        hold(self);
    if (self->applier.wants_ack) {
        self->applier.wants_ack = false;
        acknowledge(self);
        replication_tell_durable(self->replication,
                                 persistence_position(self->server->persistence));
    }
    return used;
}

void link_session_gone(struct session *session)
{
    struct primary_link *self = session->primary;

    replication_received(self->replication, session->net_input_bytes);
    atomic_store_explicit(&self->recent_attempts, 0, memory_order_relaxed);
    self->session = NULL;
    self->down_since_ms = session->reactor->now_ms;
    applier_release(&self->applier);
    session->primary = NULL;
    set_state(self, FOLLOW_CONNECT);
    if (!link_is_cancelled(self))
        log_line(self->server->log, LOG_WARNING, "Connection with master lost.");
    detach(self);
}

bool link_is_up(const struct primary_link *self)
{
    return state_of(self) == FOLLOW_CONNECTED;
}

void link_cron(struct primary_link *self)
{
    struct session *session = self->session;
    const struct config *config = server_config(self->server);
    int64_t now_ms;

    if (!session || session->flags & SESSION_CLOSING)
        return;
    now_ms = session->reactor->now_ms;
    if (now_ms - self->last_input_ms > config->repl_timeout * 1000 && !self->is_held) {
        log_line(self->server->log, LOG_WARNING, "MASTER timeout: no data nor PING received...");
        session_close(session);
        return;
    }
    if (now_ms - self->last_ack_ms >= ACK_EVERY_MS) {
        self->last_ack_ms = now_ms;
        acknowledge(self);
    }
    if (self->failures > 0 && now_ms - self->up_since_ms > RETRY_LIMIT_MS)
        self->failures = 0;
}

void link_configure(struct primary_link *self)
{
    (void)self; /* what it needs is read when it connects */
}

/* --- What is told about it. */

const char *link_host(const struct primary_link *self)
{
    return self->host;
}

int link_port(const struct primary_link *self)
{
    return self->port;
}

uint64_t link_received_bytes(const struct primary_link *self)
{
    return self->session ? self->session->net_input_bytes : 0;
}

static void sync_info(const struct primary_link *self, int64_t now_ms, struct buffer *out)
{
    uint64_t size = atomic_load_explicit(&self->sync_size, memory_order_relaxed);
    uint64_t received = atomic_load_explicit(&self->sync_received, memory_order_relaxed);
    int64_t last_ms = atomic_load_explicit(&self->sync_last_ms, memory_order_relaxed);
    uint64_t left = size > received ? size - received : 0;

    buffer_printf(out,
                  "master_sync_total_bytes:%llu\r\nmaster_sync_read_bytes:%llu\r\n"
                  "master_sync_left_bytes:%llu\r\nmaster_sync_perc:%.2f\r\n"
                  "master_sync_last_io_seconds_ago:%lld\r\n",
                  (unsigned long long)size, (unsigned long long)received, (unsigned long long)left,
                  size ? 100. * (double)received / (double)size : 0.0,
                  (long long)((now_ms - last_ms) / 1000));
}

static void attempts_info(const struct primary_link *self, int64_t now_ms, struct buffer *out)
{
    bool up = link_is_up(self);
    int64_t down_ms = up ? 0 : now_ms - self->down_since_ms;

    if (!up)
        buffer_printf(out, "master_link_down_since_seconds:%lld\r\n",
                      self->replication->was_linked ? (long long)down_ms / 1000 : -1LL);
    buffer_printf(
        out, "master_current_sync_attempts:%llu\r\nmaster_total_sync_attempts:%llu\r\n",
        (unsigned long long)atomic_load_explicit(&self->recent_attempts, memory_order_relaxed),
        (unsigned long long)atomic_load_explicit(&self->attempts, memory_order_relaxed));
    if (up)
        buffer_printf(out, "master_link_up_since_seconds:%lld\r\nmaster_client_io_thread:%d\r\n",
                      (long long)((now_ms - self->up_since_ms) / 1000),
                      self->session ? self->session->reactor->index : 0);
    buffer_printf(out, "total_disconnect_time_sec:%lld\r\n",
                  (long long)((self->missing_ms + down_ms) / 1000));
}

void link_info(const struct primary_link *self, struct buffer *out)
{
    const struct persistence *persistence = self->server->persistence;
    const struct config *config = server_config(self->server);
    int64_t now_ms = clock_now_ms();
    bool up = link_is_up(self), sync = state_of(self) == FOLLOW_SYNC;
    unsigned long long position = persistence_position(persistence);

    buffer_printf(out,
                  "master_host:%s\r\nmaster_port:%d\r\nmaster_link_status:%s\r\n"
                  "master_last_io_seconds_ago:%lld\r\nmaster_sync_in_progress:%d\r\n"
                  "slave_read_repl_offset:%llu\r\nslave_repl_offset:%llu\r\n"
                  "replica_full_sync_buffer_size:0\r\nreplica_full_sync_buffer_peak:0\r\n",
                  self->host, self->port, up ? "up" : "down",
                  up ? (long long)((now_ms - self->last_input_ms) / 1000) : -1LL, sync, position,
                  position); /* what follows a snapshot waits in the primary's log */
    if (sync)
        sync_info(self, now_ms, out);
    attempts_info(self, now_ms, out);
    buffer_printf(out, "slave_priority:%lld\r\nslave_read_only:%d\r\nreplica_announced:%d\r\n",
                  (long long)config->replica_priority, config->replica_read_only,
                  config->replica_announced);
}

void link_role(const struct primary_link *self, struct reply *out)
{
    static const char *const names[] = {"connect", "connecting", "handshake", "sync", "connected"};

    reply_array(out, 5);
    reply_bulk_text(out, "slave");
    reply_bulk_text(out, self->host);
    reply_integer(out, self->port);
    reply_bulk_text(out, names[state_of(self)]);
    reply_integer(out, self->up_since_ms ? (int64_t)persistence_position(self->server->persistence)
                                         : -1);
}
