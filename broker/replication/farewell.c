#include "broker/replication/farewell.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/world.h"
#include "broker/replication/acknowledge.h"
#include "broker/replication/followers_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/session/suspension.h"
#include "core/base/mem.h"

/* A session in SHUTDOWN; in the list under the followers' lock. */
struct farewell_client {
    struct suspension suspension;
    struct farewell_client *next;
    struct followers *owner;
};

/* Home. It is in the list no longer. */
static void finish_client(struct suspension *suspension)
{
    struct session *session = suspension->session;
    struct reply out;

    if (session) {
        reply_init(&out, &suspension->reply, session->protocol);
        reply_error(&out, "ERR Errors trying to SHUTDOWN. Check logs.");
        suspension_end(suspension);
    }
    mem_free(suspension);
}

static void client_gone(struct suspension *suspension)
{
    struct farewell_client *client = (struct farewell_client *)suspension, **at;
    struct followers *self = client->owner;
    bool found = false;

    pthread_mutex_lock(&self->lock);
    for (at = &self->farewell.clients; *at && !found; at = &(*at)->next)
        if (*at == client) {
            *at = client->next;
            found = true;
            break;
        }
    pthread_mutex_unlock(&self->lock);
    if (found)
        mem_free(client);
}

static void hold(struct followers *self, struct session *session)
{
    struct farewell_client *client = mem_zalloc(sizeof(*client));

    client->owner = self;
    suspension_begin(&client->suspension, session, finish_client);
    client->suspension.abandoned = client_gone;
    pthread_mutex_lock(&self->lock);
    client->next = self->farewell.clients;
    self->farewell.clients = client;
    pthread_mutex_unlock(&self->lock);
}

static void answer_clients(struct followers *self)
{
    struct farewell_client *clients;

    pthread_mutex_lock(&self->lock);
    clients = self->farewell.clients;
    self->farewell.clients = NULL;
    pthread_mutex_unlock(&self->lock);
    while (clients) {
        struct farewell_client *client = clients;

        clients = client->next;
        suspension_post(&client->suspension);
    }
}

/* Replicas online, and of these those that lack something. */
static void count_lagging(struct followers *self, int *online, int *lagging)
{
    *online = *lagging = 0;
    pthread_mutex_lock(&self->lock);
    for (const struct replica *at = self->first; at; at = at->next) {
        if (replica_state(at) != REPLICA_ONLINE)
            continue;
        ++*online;
        *lagging +=
            atomic_load_explicit(&at->acked, memory_order_relaxed) < self->farewell.position;
    }
    pthread_mutex_unlock(&self->lock);
}

bool farewell_begin(struct server *server, struct session *session, const struct farewell_end *end)
{
    struct followers *self = server->replication->followers;
    int64_t limit_ms = (int64_t)server_config(server)->shutdown_timeout * 1000;
    int online, lagging;

    if (!self->farewell.on) {
        self->farewell.position = persistence_position(server->persistence);
        count_lagging(self, &online, &lagging);
        if (limit_ms == 0 || lagging == 0 || replication_is_replica(server->replication))
            return false;
        self->farewell.on = true;
        self->farewell.until_ms = server->reactors[0]->now_ms + limit_ms;
        self->farewell.end = *end;
        server_hold_writes(server, HOLD_SHUTDOWN);
        atomic_fetch_add_explicit(&self->askers, 1, memory_order_relaxed);
        acknowledge_ask(self, session ? session->reactor : server->reactors[0], true);
        log_line(server->log, LOG_NOTICE,
                 "Writes are paused until %d of %d replicas have the rest, %lld ms at most.",
                 lagging, online, (long long)limit_ms);
    }
    if (session)
        hold(self, session);
    return true;
}

bool farewell_is_on(const struct server *server)
{
    return server->replication->followers->farewell.on;
}

int64_t farewell_left_ms(const struct server *server)
{
    int64_t left_ms =
        server->replication->followers->farewell.until_ms - server->reactors[0]->now_ms;

    if (!farewell_is_on(server))
        return -1;
    return left_ms > 0 ? left_ms : 0;
}

static void leave(struct followers *self)
{
    self->farewell.on = false;
    atomic_fetch_sub_explicit(&self->askers, 1, memory_order_relaxed);
    server_release_writes(self->server, HOLD_SHUTDOWN);
}

void farewell_abort(struct server *server)
{
    struct followers *self = server->replication->followers;

    log_line(server->log, LOG_NOTICE, "Shutdown manually aborted.");
    leave(self);
    answer_clients(self);
}

/* Waits no longer; who asked sees the end of the connection, or an error. Exclusive. */
static void finish(struct server *server)
{
    struct followers *self = server->replication->followers;
    struct farewell_end end = self->farewell.end;
    struct diag diag = {0};
    int online, lagging;

    count_lagging(self, &online, &lagging);
    log_line(server->log, lagging ? LOG_WARNING : LOG_NOTICE,
             "%d of %d replicas are in sync when shutting down.", online - lagging, online);
    if (!end.settles || persistence_settle(server->persistence, end.save, &diag) == 0 ||
        end.force) {
        server_stop(server); /* writes stay paused: what comes now nobody would get */
        return;
    }
    log_line(server->log, LOG_WARNING, "Errors trying to shut down: %s", diag.text);
    leave(self);
    answer_clients(self);
}

void farewell_cron(struct followers *self)
{
    struct server *server = self->server;
    int online, lagging;

    if (!self->farewell.on || atomic_load_explicit(&server->stopping, memory_order_relaxed))
        return;
    count_lagging(self, &online, &lagging);
    if (lagging > 0 && server->reactors[0]->now_ms < self->farewell.until_ms)
        return;
    world_stop(server->world, 0);
    if (!atomic_load_explicit(&server->busy, memory_order_relaxed))
        finish(server);
    world_resume(server->world, 0);
}
