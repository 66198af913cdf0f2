/* failover.c - a planned change of places.
 *
 * Who leads? At no time both, as long as nobody insists:
 *
 * - Before it asks, the primary becomes what it would be as a replica: it takes no writes, lets
 *   nothing expire, says no messages. What the replica has acknowledged is then all there is.
 * - As long as it has not asked (the replica does not answer, or refuses before), nobody else can
 *   lead, and it may take its place back at any time: on ABORT, at the end of the time, when the
 *   connection fails.
 * - Once it has asked and hears nothing (the connection breaks, the replica dies), the replica may
 *   lead already. So it goes on asking. A replica that has promoted itself for this very request
 *   answers the second one like the first, for the history asked for is in its past, and that is
 *   on its disk: it may have been restarted meanwhile, even as a replica, and leads again. Only the
 *   replica's refusal ends that, or ABORT, which closes the connection; a request that is found
 *   behind a closed connection is not carried out.
 *
 * Nothing is lost: the replica has acknowledged every byte before it is asked, and refuses to lead
 * when it lacks some (it may have crashed in between); unless it is forced to. With sync-replicas
 * it is asked once as many replicas as are wanted have everything on disk, so that replies that
 * wait get there. */
#include "broker/replication/failover.h"
#include "broker/net/inbox.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/world.h"
#include "broker/replication/acknowledge.h"
#include "broker/replication/farewell.h"
#include "broker/replication/followers_internal.h"
#include "broker/replication/link_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum failover_state {
    NO_FAILOVER,
    WAITING,
    RUNNING
};

/* How far the link's thread is. */
enum step {
    STEP_REACHING,
    STEP_ASKED, /* from now on the replica may lead */
    STEP_GIVEN_UP
};

struct failover {
    struct replication *replication;
    struct server *server;

    /* Changed in exclusive sections. */
    enum failover_state state;
    bool any, force;
    uint64_t target; /* its session */
    char host[REPLICATION_HOST_LIMIT];
    int port;
    int64_t until_ms;  /* Unix time; 0: no limit */
    uint64_t position; /* behind what was written before writes waited; UINT64_MAX: not seen yet */

    atomic_int step; /* enum step; the link's thread and who gives up: one of them is first */
    atomic_bool looking;
    struct inbox_message look; /* to reactor 0 */
};

struct failover *failover_new(struct replication *replication)
{
    struct failover *self = mem_zalloc(sizeof(*self));

    self->replication = replication;
    self->server = replication->server;
    return self;
}

void failover_free(struct failover *self)
{
    mem_free(self);
}

bool failover_is_on(const struct failover *self)
{
    return self->state != NO_FAILOVER;
}

const char *failover_state_text(const struct failover *self)
{
    static const char *const names[] = {"no-failover", "waiting-for-sync", "failover-in-progress"};

    return names[self->state];
}

/* For the log. */
static const char *target_text(const struct failover *self, char to[REPLICATION_HOST_LIMIT + 32])
{
    if (self->any)
        return "any replica";
    snprintf(to, REPLICATION_HOST_LIMIT + 32, "%s:%d", self->host, self->port);
    return to;
}

/* --- Which replica. */

static struct followers *followers_of(const struct failover *self)
{
    return self->replication->followers;
}

static bool is_target(const struct replica *replica, struct span host, int64_t port)
{
    char address[ADDRESS_TEXT_LIMIT];
    const char *text = replica_address(replica, address);

    return replica->port == port && strlen(text) == host.size &&
           strncasecmp(text, host.data, host.size) == 0;
}

static bool has_all(const struct replica *replica, uint64_t position)
{
    return replica_state(replica) == REPLICA_ONLINE &&
           atomic_load_explicit(&replica->acked, memory_order_relaxed) >= position;
}

/* One that may lead and has everything; *any: there is one that could get there. The followers'
 * lock is held. */
static const struct replica *find_locked(const struct failover *self, bool *any)
{
    uint64_t position = persistence_position(self->server->persistence);

    *any = false;
    for (const struct replica *at = followers_of(self)->first; at; at = at->next) {
        if ((!self->any && at->session->id != self->target) || replica_state(at) == REPLICA_SERVED)
            continue;
        *any = true;
        if (has_all(at, position))
            return at;
    }
    return NULL;
}

static const struct replica *find(const struct failover *self, bool *any)
{
    const struct replica *found;

    pthread_mutex_lock(&followers_of(self)->lock);
    found = find_locked(self, any);
    pthread_mutex_unlock(&followers_of(self)->lock);
    return found;
}

/* --- Beginning. */

/* The replica that is to lead; NULL with *any for whichever it will be, else with the error. */
static const struct replica *choose(const struct failover *self,
                                    const struct failover_wanted *wanted, bool *any,
                                    struct reply *out)
{
    const struct followers *followers = followers_of(self);
    const struct replica *target = NULL;
    const char *error = NULL;

    *any = false;
    for (const struct replica *at = followers->first; at && !target && !wanted->any; at = at->next)
        if (is_target(at, wanted->host, wanted->port))
            target = at;
    if (replication_is_replica(self->replication))
        error = "ERR FAILOVER is not valid when server is a replica.";
    else if (followers_count(followers) == 0)
        error = "ERR FAILOVER requires connected replicas.";
    else if (wanted->force && (wanted->timeout_ms == 0 || wanted->any))
        error = "ERR FAILOVER with force option requires both a timeout and target HOST and IP.";
    else if (wanted->any)
        *any = true;
    else if (!target)
        error = "ERR FAILOVER target HOST and PORT is not a replica.";
    else if (replica_state(target) != REPLICA_ONLINE)
        error = "ERR FAILOVER target replica is not online.";
    if (error)
        reply_error(out, error);
    return error ? NULL : target;
}

static void set_target(struct failover *self, const struct replica *target)
{
    char address[ADDRESS_TEXT_LIMIT];

    snprintf(self->host, sizeof(self->host), "%s", replica_address(target, address));
    self->port = target->port > 0 && target->port <= UINT16_MAX ? (int)target->port : 0;
    self->target = target->session->id;
}

void failover_begin(struct failover *self, struct session *session,
                    const struct failover_wanted *wanted, struct reply *out)
{
    struct reactor *reactor = session->reactor;
    char text[REPLICATION_HOST_LIMIT + 32];
    bool any;
    const struct replica *target = choose(self, wanted, &any, out);

    if (!target && !any)
        return;
    self->state = WAITING;
    self->any = any;
    self->force = wanted->force;
    if (target)
        set_target(self, target);
    self->until_ms = 0;
    if (wanted->timeout_ms > 0 &&
        !num_add_i64(reactor->now_ms, wanted->timeout_ms, &self->until_ms))
        self->until_ms = INT64_MAX;
    self->position = UINT64_MAX;
    atomic_store(&self->step, STEP_REACHING);
    server_hold_writes(self->server, HOLD_FAILOVER);
    atomic_fetch_add_explicit(&followers_of(self)->askers, 1, memory_order_relaxed);
    acknowledge_ask(followers_of(self), reactor, true);
    log_line(self->server->log, LOG_NOTICE, "FAILOVER requested to %s.", target_text(self, text));
    reply_ok(out);
}

/* --- Ending. */

static void leave(struct failover *self)
{
    if (self->state == WAITING)
        atomic_fetch_sub_explicit(&followers_of(self)->askers, 1, memory_order_relaxed);
    self->state = NO_FAILOVER;
    server_release_writes(self->server, HOLD_FAILOVER);
}

bool failover_abort(struct failover *self, const char *why)
{
    char text[REPLICATION_HOST_LIMIT + 32];
    bool asked;

    if (self->state == NO_FAILOVER)
        return false;
    asked = atomic_exchange(&self->step, STEP_GIVEN_UP) == STEP_ASKED;
    log_line(self->server->log, LOG_WARNING, "FAILOVER to %s aborted: %s", target_text(self, text),
             why);
    if (self->state == RUNNING) {
        replication_step_up(self->replication);
        if (asked)
            log_line(self->server->log, LOG_WARNING,
                     "%s:%d was asked to lead and its answer is not known: see to it that it "
                     "follows this server.",
                     self->host, self->port);
    }
    leave(self);
    return true;
}

/* The replica becomes whom this server follows, as soon as it says so. NULL: the one that was named
 * is forced to. */
static void run(struct failover *self, const struct replica *target)
{
    if (target)
        set_target(self, target);
    if (self->port == 0) {
        failover_abort(self, "The replica does not say on which port it listens");
        return;
    }
    log_line(self->server->log, LOG_NOTICE, "%s:%d %s: it is asked to lead.", self->host,
             self->port,
             target ? "has everything" : "does not have everything in time, and is forced");
    atomic_fetch_sub_explicit(&followers_of(self)->askers, 1, memory_order_relaxed);
    self->state = RUNNING;
    self->any = false;
    replication_step_down(self->replication, self->host, self->port, self->force);
}

static bool is_over(const struct failover *self)
{
    return self->until_ms > 0 && self->server->reactors[0]->now_ms >= self->until_ms;
}

/* With sync-replicas: so many have all that was written, and their replies can leave. */
static bool is_settled(const struct failover *self)
{
    return followers_synced(followers_of(self)) >= self->position;
}

/* Exclusive. */
static void wait_on(struct failover *self)
{
    bool any;
    const struct replica *target = find(self, &any);

    if (self->position == UINT64_MAX) /* the transaction that asked may have written more */
        self->position = persistence_position(self->server->persistence);
    if (target && is_settled(self) && !(target->session->flags & SESSION_CLOSING))
        run(self, target);
    else if (is_over(self) && self->force)
        run(self, NULL);
    else if (is_over(self))
        failover_abort(self, "Replica never caught up before timeout");
    else if (!any && !self->force)
        failover_abort(self, "The replica is gone"); /* none can come meanwhile: see psync */
}

/* Is there something to do? While the world runs, so it is asked once more. */
static bool has_news(const struct failover *self)
{
    bool any;

    if (self->state == WAITING)
        return find(self, &any) || !any || is_over(self);
    return self->state == RUNNING && is_over(self) && !self->force &&
           atomic_load(&self->step) == STEP_REACHING;
}

void failover_cron(struct failover *self)
{
    struct server *server = self->server;
    int reaching = STEP_REACHING;

    if (!has_news(self) || farewell_is_on(server))
        return;
    world_stop(server->world, 0);
    if (atomic_load_explicit(&server->busy, memory_order_relaxed)) {
        world_resume(server->world, 0); /* the next time */
        return;
    }
    if (self->state == WAITING)
        wait_on(self);
    else if (self->state == RUNNING && is_over(self) &&
             atomic_compare_exchange_strong(&self->step, &reaching, STEP_GIVEN_UP))
        failover_abort(self, "The replica did not answer before timeout");
    world_resume(server->world, 0);
}

static void on_look(void *receiver, struct inbox_message *message)
{
    struct reactor *reactor = receiver;
    struct failover *self = reactor->server->replication->failover;

    (void)message;
    atomic_store(&self->looking, false);
    failover_cron(self);
}

void failover_acknowledged(struct failover *self)
{
    bool any;

    if (self->state != WAITING || !find(self, &any) || atomic_exchange(&self->looking, true))
        return;
    self->look.deliver = on_look;
    reactor_post(self->server->reactors[0], NULL, &self->look);
}

/* --- The link. */

bool failover_may_ask(struct failover *self)
{
    int step = STEP_REACHING;

    return atomic_compare_exchange_strong(&self->step, &step, STEP_ASKED) || step == STEP_ASKED;
}

void failover_done(struct failover *self)
{
    if (self->state != RUNNING)
        return;
    replication_stepped_down(self->replication);
    leave(self);
    log_line(self->server->log, LOG_NOTICE, "Failover target %s:%d leads.", self->host, self->port);
}

void failover_failed(struct failover *self, struct primary_link *link, bool refused,
                     const struct diag *diag)
{
    struct server *server = self->server;
    char why[DIAG_TEXT_LIMIT + 64];

    if (!refused && atomic_load(&self->step) == STEP_ASKED)
        return; /* it may lead: it is asked again */
    if (!link_enter_world(link))
        return;
    world_stop(server->world, server->reactor_count);
    if (self->replication->link == link && self->state == RUNNING) {
        atomic_store(&self->step, STEP_REACHING); /* its answer is known */
        snprintf(why, sizeof(why), "%s: %s",
                 refused ? "Failover target rejected psync request"
                         : "Failover target can't be reached",
                 diag->text);
        failover_abort(self, why);
    }
    world_resume(server->world, server->reactor_count);
    link_leave_world(link);
}

/* --- The replica. */

/* Who has closed the connection meanwhile may have given up, and lead on. */
static bool is_gone(const struct session *session)
{
    struct pollfd poll_fd = {.fd = session->stream.fd, .events = POLLRDHUP};

    return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

bool failover_take_over(struct session *session, struct span id, int64_t position, bool force,
                        struct reply *out)
{
    struct server *server = session->reactor->server;
    struct replication *replication = server->replication;
    struct commit_log *log = persistence_stream(server->persistence);
    struct commit_history history = {0};
    struct diag diag = {0};
    bool has_led; /* it was asked before, and its answer got lost */

    if (log)
        commit_log_history(log, &history);
    has_led = position >= 0 && commit_history_was(&history, id, (uint64_t)position);
    if (has_led && !replication_is_replica(replication))
        return true;
    log_line(server->log, LOG_WARNING, "Failover request received for replid %.*s.",
             (int)(id.size < 64 ? id.size : 64), id.data);
    if (!replication_is_replica(replication)) {
        reply_error(out, "ERR PSYNC FAILOVER can't be sent to a master.");
    } else if (failover_is_on(replication->failover)) {
        reply_error(out, "ERR PSYNC FAILOVER can't be sent to a server that is failing over.");
    } else if (!log || replication->is_hollow || !(has_led || span_is(id, history.id))) {
        reply_error(out, "ERR PSYNC FAILOVER replid must match my replid.");
    } else if (!force &&
               (position < 0 || (uint64_t)position > persistence_position(server->persistence))) {
        reply_error(out, "ERR PSYNC FAILOVER asks for more than this replica has.");
    } else if (!(replica_of(session)->capabilities & CAPABLE_MILLSTREAM)) {
        reply_error(out, "ERR PSYNC FAILOVER comes from a server that could not follow this one.");
    } else if (is_gone(session)) {
        reply_error(out, "ERR PSYNC FAILOVER was given up.");
    } else if (replication_lead(replication, &diag) < 0) {
        reply_error_format(out, "ERR PSYNC FAILOVER: %s", diag.text);
    } else {
        log_line(server->log, LOG_NOTICE, "MASTER MODE enabled (failover request from %s)",
                 session->peer);
        /* who asks has a message at its end, GETACK, and may ask again after a restart of ours */
        if (persistence_keep_messages(server->persistence, &diag) < 0)
            log_line(server->log, LOG_WARNING, "Where it began to lead is not on the disk: %s",
                     diag.text);
        return true;
    }
    return false;
}
