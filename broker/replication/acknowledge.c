/* acknowledge.c - what the replicas say they have, and who waits for it: WAIT, WAITAOF, and with
 * sync-replicas every reply to a write.
 *
 * REPLCONF ACK position FACK position: up to where a replica has applied the stream, and up to
 * where it is on its disk. It says so once a second by itself, and at once when it is asked by
 * REPLCONF GETACK in the stream. We ask at the end of a round that has added to the stream, while
 * somebody waits. */
#include "broker/replication/acknowledge.h"
#include "broker/net/loop.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/world.h"
#include "broker/replication/failover.h"
#include "broker/replication/followers_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/session/suspension.h"
#include "broker/wait/wait.h"
#include "core/base/mem.h"

enum {
    WARN_EVERY_MS = 10000
};

/* A session in WAIT or WAITAOF. Its home's; linked and `posted` under the followers' lock. */
struct waiting {
    struct suspension suspension;
    struct waiting *next, *previous;
    struct followers *owner;
    struct acknowledge_wanted wanted;
    struct loop_timer *timer; /* NULL: as long as it takes */
    bool linked;
    const char *error; /* instead of an answer */
};

/* --- Counting. */

static uint64_t acknowledged_by(const struct replica *replica, bool on_disk)
{
    return atomic_load_explicit(on_disk ? &replica->durable : &replica->acked,
                                memory_order_relaxed);
}

/* With the lock held. */
static int64_t count_replicas(const struct followers *self, uint64_t position, bool on_disk)
{
    int64_t count = 0;

    for (const struct replica *at = self->first; at; at = at->next)
        count += replica_state(at) == REPLICA_ONLINE && acknowledged_by(at, on_disk) >= position;
    return count;
}

static int64_t count_local(const struct followers *self, const struct acknowledge_wanted *wanted)
{
    const struct persistence *persistence = self->server->persistence;

    return persistence_log(persistence) && persistence_synced(persistence) >= wanted->position;
}

static void count(struct followers *self, struct acknowledge_wanted *wanted)
{
    wanted->got_replicas = count_replicas(self, wanted->position, wanted->on_disk);
    wanted->got_local = wanted->on_disk ? count_local(self, wanted) : 0;
}

static bool is_fulfilled(const struct acknowledge_wanted *wanted)
{
    return wanted->got_replicas >= wanted->replicas && wanted->got_local >= wanted->local;
}

bool acknowledge_count(struct followers *self, struct acknowledge_wanted *wanted)
{
    pthread_mutex_lock(&self->lock);
    count(self, wanted);
    pthread_mutex_unlock(&self->lock);
    return is_fulfilled(wanted);
}

/* --- WAIT and WAITAOF. */

static void link_waiting(struct followers *self, struct waiting *waiting)
{
    waiting->previous = NULL;
    waiting->next = self->waits;
    if (waiting->next)
        waiting->next->previous = waiting;
    self->waits = waiting;
    waiting->linked = true;
    atomic_fetch_add_explicit(&self->askers, 1, memory_order_relaxed);
}

static void unlink_waiting(struct followers *self, struct waiting *waiting)
{
    if (waiting->next)
        waiting->next->previous = waiting->previous;
    if (waiting->previous)
        waiting->previous->next = waiting->next;
    else
        self->waits = waiting->next;
    waiting->linked = false;
    atomic_fetch_sub_explicit(&self->askers, 1, memory_order_relaxed);
}

/* Takes it from the list. False: its answer is on the way already. */
static bool take(struct waiting *waiting)
{
    struct followers *self = waiting->owner;
    bool linked;

    pthread_mutex_lock(&self->lock);
    linked = waiting->linked;
    if (linked)
        unlink_waiting(self, waiting);
    pthread_mutex_unlock(&self->lock);
    return linked;
}

static void free_waiting(struct waiting *waiting)
{
    loop_timer_free(waiting->timer);
    buffer_release(&waiting->suspension.reply);
    mem_free(waiting);
}

void acknowledge_reply(const struct acknowledge_wanted *wanted, struct reply *out)
{
    if (!wanted->on_disk) {
        reply_integer(out, wanted->got_replicas);
        return;
    }
    reply_array(out, 2);
    reply_integer(out, wanted->got_local);
    reply_integer(out, wanted->got_replicas);
}

/* Home. It is in no list any more. */
static void finish(struct suspension *suspension)
{
    struct waiting *waiting = (struct waiting *)suspension;
    struct session *session = suspension->session;
    struct reply out;

    if (session) {
        acknowledge_count(waiting->owner, &waiting->wanted);
        reply_init(&out, &suspension->reply, session->protocol);
        if (waiting->error)
            reply_error(&out, waiting->error);
        else
            acknowledge_reply(&waiting->wanted, &out);
        suspension_end(suspension);
    }
    free_waiting(waiting);
}

/* Home. */
static void timed_out(void *owner)
{
    struct waiting *waiting = owner;

    if (take(waiting))
        finish(&waiting->suspension);
}

static void abandoned(struct suspension *suspension)
{
    struct waiting *waiting = (struct waiting *)suspension;

    if (take(waiting))
        free_waiting(waiting);
}

void acknowledge_wait(struct session *session, const struct acknowledge_wanted *wanted,
                      int64_t timeout_ms)
{
    struct reactor *reactor = session->reactor;
    struct followers *self = reactor->server->replication->followers;
    struct waiting *waiting = mem_zalloc(sizeof(*waiting));

    waiting->owner = self;
    waiting->wanted = *wanted;
    if (timeout_ms > 0) {
        waiting->timer = loop_timer_new(reactor->loop, timed_out, waiting);
        loop_timer_start(waiting->timer, timeout_ms, 0);
    }
    suspension_begin(&waiting->suspension, session, finish);
    waiting->suspension.abandoned = abandoned;
    pthread_mutex_lock(&self->lock);
    link_waiting(self, waiting);
    pthread_mutex_unlock(&self->lock);
    acknowledge_ask(self, reactor, true);
    acknowledge_look(self); /* what has come before it was in the list */
}

bool acknowledge_is_waiting(const struct session *session)
{
    return session->suspension && session->suspension->finish == finish;
}

bool acknowledge_unblock(struct session *session, bool error)
{
    struct waiting *waiting = (struct waiting *)session->suspension;

    if (!acknowledge_is_waiting(session) || !take(waiting))
        return false;
    if (error)
        waiting->error = "UNBLOCKED client unblocked via CLIENT UNBLOCK";
    suspension_post(&waiting->suspension);
    return true;
}

void acknowledge_look(struct followers *self)
{
    struct waiting *next;

    if (atomic_load_explicit(&self->askers, memory_order_relaxed) == 0)
        return;
    pthread_mutex_lock(&self->lock);
    for (struct waiting *at = self->waits; at; at = next) {
        next = at->next;
        count(self, &at->wanted);
        if (!is_fulfilled(&at->wanted))
            continue;
        unlink_waiting(self, at);
        suspension_post(&at->suspension);
    }
    pthread_mutex_unlock(&self->lock);
}

/* --- sync-replicas. */

/* The greatest position that so many replicas have on their disks; 0 if there are not so many. A
 * position that is that of the n-th replica when they are put in order: fewer than `wanted` of the
 * others are ahead of it. Replicas are few. */
static uint64_t position_of(struct followers *self, int wanted)
{
    uint64_t best = 0;

    pthread_mutex_lock(&self->lock);
    for (const struct replica *at = self->first; at; at = at->next) {
        uint64_t position = acknowledged_by(at, true);

        if (replica_state(at) == REPLICA_ONLINE && position > best &&
            count_replicas(self, position, true) >= wanted)
            best = position;
    }
    pthread_mutex_unlock(&self->lock);
    return best;
}

static int wanted_replicas(const struct followers *self)
{
    return replication_is_replica(self->replication) ? 0
                                                     : server_config(self->server)->sync_replicas;
}

/* Its replies, or the one that is on its way to it, wait for replicas. */
static bool waits_for_replicas(const struct followers *self, const struct session *session)
{
    const struct waiter *waiter = session->waiter; /* served, but not heard of at home */
    uint64_t synced = followers_synced(self);
    bool readers = !followers_are_missing(self);

    if (session->flags & SESSION_CLOSING || followers_is_replica(session))
        return false;
    if (session_output_size(session) > 0 &&
        (session->gate.written > synced || (readers && session->gate.read > synced)))
        return true;
    return waiter && !wait_is_parked(session) &&
           (waiter->gate.written > synced || (readers && waiter->gate.read > synced));
}

/* A replica waits for nobody, so all of these replies would leave now as if nothing were the
 * matter. But what they tell of may be lost: no replica need have it, and the new primary's data
 * takes the place of ours. To answer with an error would be as wrong, for a replica may have it,
 * and lead one day. So nothing is said: the connection ends, as with a primary that dies, and the
 * client knows that it does not know. The same goes for who has only read: the value may never have
 * been. All sessions are looked at, not the list of those held back: that is made at the end of a
 * round, and what they have in their output now may have come in this one. */
void acknowledge_give_up(struct followers *self)
{
    size_t closed = 0;

    if (followers_synced(self) == UINT64_MAX)
        return;
    for (int i = 0; i < self->server->reactor_count; i++)
        for (struct session *at = self->server->reactors[i]->sessions.first; at;
             at = at->next[LINK_ALL])
            if (waits_for_replicas(self, at)) {
                at->flags |= SESSION_SILENT; /* the gate is about to open, before it is gone */
                session_close(at);
                closed++;
            }
    if (closed > 0)
        log_line(self->server->log, LOG_WARNING,
                 "%zu connections whose replies waited for replicas (sync-replicas) were closed: "
                 "this server leads no longer.",
                 closed);
}

/* What so many have had on their disks stays acknowledged, even if one of them goes: so it only
 * grows, while the positions mean the same. */
static void update_synced(struct followers *self)
{
    int wanted = wanted_replicas(self);
    uint64_t before = atomic_load(&self->synced), now;

    now = wanted == 0 ? UINT64_MAX : position_of(self, wanted);
    if (wanted > 0 && before == UINT64_MAX) { /* it has just been switched on */
        atomic_compare_exchange_strong(&self->synced, &before, now);
        return;
    }
    while (now > before)
        if (atomic_compare_exchange_weak(&self->synced, &before, now)) {
            persistence_wake(self->server->persistence);
            return;
        }
}

uint64_t followers_synced(const struct followers *self)
{
    return atomic_load(&self->synced);
}

bool followers_are_missing(const struct followers *self)
{
    return atomic_load_explicit(&self->missing, memory_order_relaxed);
}

/* The outcome of what they have written is unknown, as when a connection breaks: the change is made
 * here, and may get to the replicas. Exclusive. */
static size_t close_waiting_writers(struct followers *self)
{
    uint64_t synced = atomic_load(&self->synced);
    size_t closed = 0;

    for (int i = 0; i < self->server->reactor_count; i++)
        for (struct session *at = self->server->reactors[i]->gated.first; at;
             at = at->next[LINK_GATED])
            if (at->gate.written > synced && !(at->flags & SESSION_CLOSING)) {
                session_close(at);
                closed++;
            }
    return closed;
}

static void begin_missing(struct followers *self, int wanted)
{
    size_t closed;

    world_stop(self->server->world, 0);
    atomic_store_explicit(&self->missing, true, memory_order_relaxed);
    closed = close_waiting_writers(self);
    world_resume(self->server->world, 0);
    persistence_wake(self->server->persistence); /* who only reads waits no longer */
    log_line(self->server->log, LOG_WARNING,
             "Of the replicas that are to have each write on disk (sync-replicas %d), %d are here: "
             "writes are refused, %zu connections whose writes waited were closed.",
             wanted, atomic_load_explicit(&self->online, memory_order_relaxed), closed);
}

static void end_missing(struct followers *self)
{
    atomic_store_explicit(&self->missing, false, memory_order_relaxed);
    log_line(self->server->log, LOG_NOTICE,
             "Enough replicas have each write on disk again: writes are accepted.");
}

/* Too few are here, or what was there at `mark_ms` is not acknowledged yet: for how long? */
static int64_t missing_for_ms(struct followers *self, int wanted, int64_t now_ms)
{
    uint64_t synced = atomic_load(&self->synced);
    int64_t since_ms;

    if (atomic_load_explicit(&self->online, memory_order_relaxed) >= wanted)
        self->few_since_ms = 0;
    else if (self->few_since_ms == 0)
        self->few_since_ms = now_ms;
    if (self->mark_ms == 0 || synced >= self->mark) {
        self->mark = persistence_position(self->server->persistence);
        self->mark_ms = synced >= self->mark ? 0 : now_ms;
    }
    since_ms = self->mark_ms;
    if (self->few_since_ms && (since_ms == 0 || self->few_since_ms < since_ms))
        since_ms = self->few_since_ms;
    return since_ms ? now_ms - since_ms : 0;
}

static void check_missing(struct followers *self, int64_t now_ms)
{
    const struct config *config = server_config(self->server);
    int wanted = wanted_replicas(self);
    bool refuse = wanted > 0 && config->sync_replicas_on_timeout == SYNC_TIMEOUT_REFUSE;
    bool missing = followers_are_missing(self);
    int64_t for_ms = wanted > 0 ? missing_for_ms(self, wanted, now_ms) : 0;

    if (!refuse || (missing && self->few_since_ms == 0 && self->mark_ms == 0)) {
        if (missing)
            end_missing(self);
    } else if (!missing && for_ms > config->sync_replicas_timeout_ms) {
        begin_missing(self, wanted);
    }
    if (!refuse && for_ms > config->sync_replicas_timeout_ms &&
        now_ms - self->warned_ms > WARN_EVERY_MS) {
        self->warned_ms = now_ms;
        log_line(self->server->log, LOG_WARNING,
                 "Replies to writes wait for replicas (sync-replicas %d) since %lld ms", wanted,
                 (long long)for_ms);
    }
}

/* --- What comes in. */

void acknowledge_take(struct replica *replica, uint64_t applied, uint64_t durable)
{
    struct followers *self = replica->owner;
    uint64_t position = persistence_position(self->server->persistence);
    enum replica_state state = replica_state(replica);
    /* it has read the whole snapshot, and we have not noticed yet that it was sent */
    bool is_early = state == REPLICA_SNAPSHOT && applied >= replica->cursor.position;

    if ((state != REPLICA_ONLINE && !is_early) || applied > position || durable > position)
        return; /* it can't be of this stream */
    atomic_store_explicit(&replica->acked, applied, memory_order_relaxed);
    if (durable)
        atomic_store_explicit(&replica->durable, durable, memory_order_relaxed);
    atomic_store_explicit(&replica->acked_ms, replica->session->reactor->now_ms,
                          memory_order_relaxed);
    if (durable && wanted_replicas(self) > 0)
        update_synced(self);
    acknowledge_look(self);
    failover_acknowledged(self->replication->failover);
}

void acknowledge_ask(struct followers *self, struct reactor *reactor, bool always)
{
    struct persistence *persistence = self->server->persistence;
    uint64_t asked = atomic_load_explicit(&self->asked, memory_order_relaxed);

    if (replication_is_replica(self->replication) ||
        (atomic_load_explicit(&self->askers, memory_order_relaxed) == 0 &&
         wanted_replicas(self) == 0))
        return;
    if (!always && persistence_position(persistence) <= asked)
        return;
    persistence_say(persistence, reactor,
                    SPAN("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n"));
    atomic_store_explicit(&self->asked, persistence_position(persistence), memory_order_relaxed);
}

void acknowledge_cron(struct followers *self)
{
    update_synced(self);
    check_missing(self, self->server->reactors[0]->now_ms);
    acknowledge_look(self);
}

void acknowledge_configure(struct followers *self)
{
    update_synced(self);
}

void acknowledge_reset(struct followers *self)
{
    atomic_store(&self->synced, wanted_replicas(self) > 0 ? 0 : UINT64_MAX);
    atomic_store_explicit(&self->asked, 0, memory_order_relaxed);
    self->mark = 0;
    self->mark_ms = self->few_since_ms = 0;
    pthread_mutex_lock(&self->lock);
    while (self->waits) {
        struct waiting *waiting = self->waits;

        unlink_waiting(self, waiting);
        waiting->error = "UNBLOCKED force unblock from blocking operation, instance state changed "
                         "(master -> replica?)";
        suspension_post(&waiting->suspension);
    }
    pthread_mutex_unlock(&self->lock);
}
