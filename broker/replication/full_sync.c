/* full_sync.c - what a replica is sent that can't go on from where it is: everything at a position
 * of the log, and the stream from there.
 *
 * From the disk: the log's checkpoint, if what has been logged since is not too much; else one is
 * written first, and the replica waits for it, as do others that come meanwhile.
 *
 *   +FULLRESYNC <id> <position>\r\n   $<size>\r\n   <file>   <the stream from the position on>
 *
 * Without the disk (repl-diskless-sync): a child writes into a pipe, for all who have come within
 * repl-diskless-sync-delay. How much that will be is not known, so a mark ends it.
 *
 *   +FULLRESYNC <id> <position>\r\n   $EOF:<40 letters>\r\n   <file><40 letters>   <the stream> */
#include "broker/net/loop.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/world.h"
#include "broker/replication/followers_internal.h"
#include "broker/replication/relay.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "storage/io/io.h"

#include <stdio.h>
#include <string.h>

enum {
    OLD_CHECKPOINT_BYTES = 64 * 1024 * 1024 /* logged behind a small one: another one is better */
};

enum {
    MARK_SIZE = 40
};

struct full_sync {
    struct followers *followers;
    struct relay *relay; /* of the child that writes now; NULL: none does */
    char mark[MARK_SIZE + 1];
};

struct full_sync *full_sync_new(struct followers *self)
{
    struct full_sync *sync = mem_zalloc(sizeof(*sync));

    sync->followers = self;
    return sync;
}

void full_sync_stop(struct full_sync *sync)
{
    if (sync->relay) {
        relay_stop(sync->relay);
        persistence_end_transfer(sync->followers->server->persistence);
    }
}

void full_sync_free(struct full_sync *sync)
{
    relay_free(sync->relay);
    mem_free(sync);
}

/* --- From the disk. */

/* The checkpoint in force, opened, so that it stays when it is replaced. A worker may be replacing
 * it just now: then the next one is there at once. */
static int open_checkpoint(struct commit_log *log, struct commit_facts *facts,
                           struct io_file **file, uint64_t *size, struct diag *diag)
{
    struct commit_facts after;
    char path[4096];
    int rc = ERR_MISSING;

    *file = NULL;
    for (int i = 0; i < 3 && rc == ERR_MISSING; i++) {
        commit_log_facts(log, facts);
        if (!commit_log_checkpoint_file(log, path, sizeof(path)))
            return diag_set(diag, ERR_MISSING, "the log has no checkpoint");
        rc = io_open(io_disk(), path, IO_READ, file, diag);
        commit_log_facts(log, &after);
        if (rc == 0 && after.checkpoint != facts->checkpoint) {
            io_close(*file);
            *file = NULL;
            rc = diag_set(diag, ERR_MISSING, "checkpoints follow each other too fast");
        }
    }
    if (rc == 0)
        rc = io_size(*file, size, diag);
    if (rc < 0) {
        io_close(*file);
        *file = NULL;
    }
    return rc;
}

static bool is_fresh(const struct commit_facts *facts)
{
    uint64_t limit =
        facts->base_bytes > OLD_CHECKPOINT_BYTES ? facts->base_bytes : OLD_CHECKPOINT_BYTES;

    return facts->position - facts->checkpoint <= limit;
}

/* Begins to send the checkpoint. `any` one will do, however old. ERR_RANGE: it is too old. */
static int send_checkpoint(struct replica *replica, bool any, struct diag *diag)
{
    struct followers *self = replica->owner;
    struct commit_log *log = persistence_stream(self->server->persistence);
    struct commit_facts facts;
    struct io_file *file;
    uint64_t size;
    int rc = open_checkpoint(log, &facts, &file, &size, diag);

    if (rc < 0)
        return rc;
    if ((!any && !is_fresh(&facts)) || !followers_keep(self, facts.checkpoint)) {
        io_close(file);
        return diag_set(diag, ERR_RANGE, "the checkpoint is too old");
    }
    replica->cursor.position = facts.checkpoint;
    atomic_store_explicit(&replica->needs, facts.checkpoint, memory_order_relaxed);
    if (replica->tells_position)
        buffer_printf(&replica->head, "+FULLRESYNC %s %llu\r\n", commit_log_id(log),
                      (unsigned long long)facts.checkpoint);
    buffer_printf(&replica->head, "$%llu\r\n", (unsigned long long)size);
    if (!replica_feed_file(replica, file, size))
        return diag_set(diag, ERR_FULL, "no thread can be started");
    replica_set_state(replica, REPLICA_SNAPSHOT);
    log_line(self->server->log, LOG_NOTICE,
             "Full synchronisation of replica %s: %llu bytes from disk, position %llu",
             replica->session->peer, (unsigned long long)size,
             (unsigned long long)facts.checkpoint);
    replica_wake(replica);
    return 0;
}

static void begin_from_disk(struct replica *replica)
{
    struct persistence *persistence = replica->owner->server->persistence;
    struct diag diag = {0};
    int rc = send_checkpoint(replica, false, &diag);

    if (rc == ERR_FULL) /* it has been told already that it gets this one */
        replica_drop(replica, diag.text);
    if (rc == 0 || rc == ERR_FULL)
        return;
    persistence_want_checkpoint(persistence);
    log_line(replica->owner->server->log, LOG_NOTICE,
             "Replica %s waits for a checkpoint to be written", replica->session->peer);
}

void followers_checkpoint_done(struct followers *self, bool ok)
{
    struct diag diag = {0};

    if (atomic_load_explicit(&self->count, memory_order_relaxed) == 0)
        return;
    world_stop(self->server->world, 0);
    for (struct replica *at = self->first; at; at = at->next) {
        if (replica_state(at) != REPLICA_WAITING || at->diskless)
            continue;
        if (!ok)
            replica_drop(at, "the checkpoint for it could not be written");
        else if (send_checkpoint(at, true, &diag) < 0)
            replica_drop(at, diag.text);
    }
    world_resume(self->server->world, 0);
}

/* --- Without the disk. */

static void end_is_ready(void *context)
{
    loop_wake(context);
}

static void join(struct full_sync *sync, struct replica *replica, uint64_t position)
{
    struct commit_log *log = persistence_stream(sync->followers->server->persistence);

    replica->relay = relay_join(sync->relay, end_is_ready, replica->session->reactor->loop);
    replica->cursor.position = position;
    atomic_store_explicit(&replica->needs, position, memory_order_relaxed);
    if (replica->tells_position)
        buffer_printf(&replica->head, "+FULLRESYNC %s %llu\r\n", commit_log_id(log),
                      (unsigned long long)position);
    buffer_printf(&replica->head, "$EOF:%s\r\n", sync->mark);
    memcpy(replica->mark, sync->mark, sizeof(replica->mark));
    replica_set_state(replica, REPLICA_SNAPSHOT);
    replica_wake(replica);
    log_line(sync->followers->server->log, LOG_NOTICE,
             "Full synchronisation of replica %s: without the disk, position %llu",
             replica->session->peer, (unsigned long long)position);
}

/* Who can't read our own records gets what Redis can. */
static bool wants_complete(const struct replica *replica)
{
    return replica->capabilities & CAPABLE_MILLSTREAM;
}

static bool waits_for_transfer(const struct replica *replica)
{
    return replica->listed && replica_state(replica) == REPLICA_WAITING && replica->diskless &&
           !(replica->session->flags & SESSION_CLOSING);
}

static void refuse_all(struct full_sync *sync, const char *why)
{
    for (struct replica *at = sync->followers->first; at; at = at->next)
        if (waits_for_transfer(at))
            replica_drop(at, why);
}

/* Exclusive. */
static void start_transfer(struct full_sync *sync)
{
    struct followers *self = sync->followers;
    struct diag diag = {0};
    struct replica *first = self->first;
    uint64_t position;
    bool complete;
    int fd, rc;

    while (first && !waits_for_transfer(first))
        first = first->next;
    if (!first)
        return;
    complete = wants_complete(first);
    rc = persistence_transfer(self->server->persistence, complete, &fd, &position, &diag);
    if (rc == ERR_EXISTS)
        return; /* the child that there is ends some time */
    if (rc < 0) {
        refuse_all(sync, diag.text);
        return;
    }
    followers_keep(self, position);
    server_random_hex(sync->mark, MARK_SIZE);
    sync->relay = relay_new_take(&self->group, fd);
    for (struct replica *at = self->first; at; at = at->next)
        if (waits_for_transfer(at) && wants_complete(at) == complete)
            join(sync, at, position);
    if (!relay_start(sync->relay)) {
        persistence_end_transfer(self->server->persistence);
        relay_child_ended(sync->relay, false);
    }
}

void followers_transfer_done(struct followers *self, bool ok)
{
    struct full_sync *sync = self->full_sync;

    log_line(self->server->log, ok ? LOG_NOTICE : LOG_WARNING, "Background RDB transfer %s",
             ok ? "terminated with success" : "has failed");
    if (!sync->relay)
        return;
    relay_child_ended(sync->relay, ok);
    relay_free(sync->relay);
    sync->relay = NULL;
}

/* Enough of them wait for it, or one has waited long enough. */
static bool is_time(const struct full_sync *sync, int64_t now_ms)
{
    const struct config *config = server_config(sync->followers->server);
    int64_t oldest_ms = INT64_MAX, count = 0;

    pthread_mutex_lock(&sync->followers->lock);
    for (const struct replica *at = sync->followers->first; at; at = at->next) {
        int64_t since_ms = atomic_load_explicit(&at->since_ms, memory_order_relaxed);

        if (replica_state(at) != REPLICA_WAITING || !at->diskless)
            continue;
        oldest_ms = since_ms < oldest_ms ? since_ms : oldest_ms;
        count++;
    }
    pthread_mutex_unlock(&sync->followers->lock);
    if (count == 0)
        return false;
    return now_ms - oldest_ms >= config->repl_diskless_sync_delay * 1000 ||
           (config->repl_diskless_sync_max_replicas > 0 &&
            count >= config->repl_diskless_sync_max_replicas);
}

void full_sync_cron(struct full_sync *sync)
{
    struct server *server = sync->followers->server;

    if (sync->relay) {
        if (relay_is_deserted(sync->relay))
            persistence_end_transfer(server->persistence);
        return;
    }
    if (!is_time(sync, server->reactors[0]->now_ms))
        return;
    world_stop(server->world, 0);
    if (!atomic_load_explicit(&server->busy, memory_order_relaxed))
        start_transfer(sync);
    world_resume(server->world, 0);
}

long full_sync_write(struct replica *replica, enum feeder_state *state, bool *full)
{
    struct diag diag = {0};
    struct span bytes;
    long put;

    *state = relay_peek(replica->relay, &bytes, &diag);
    if (*state == FEEDER_FAILED)
        replica_drop(replica, diag.text);
    if (*state != FEEDER_BYTES)
        return 0;
    put = replica_send(replica, bytes, full);
    if (put > 0)
        relay_advance(replica->relay, (size_t)put);
    return put;
}

/* --- Any. */

void full_sync_begin(struct full_sync *sync, struct replica *replica)
{
    sync->followers->full++;
    replica->diskless =
        replica->capabilities & CAPABLE_EOF &&
        (server_config(sync->followers->server)->repl_diskless_sync || !wants_complete(replica));
    replica_set_state(replica, REPLICA_WAITING);
    replica->said_ms = replica->session->reactor->now_ms;
    if (!replica->diskless)
        begin_from_disk(replica);
}

void full_sync_leave(struct replica *replica)
{
    relay_leave(replica->relay);
    replica->relay = NULL;
}

void full_sync_ended(struct replica *replica)
{
    if (replica->relay)
        buffer_append(&replica->head, replica->mark, MARK_SIZE);
    full_sync_leave(replica);
    if (replica->rdb_only) {
        atomic_store_explicit(&replica->needs, UINT64_MAX, memory_order_relaxed);
        replica_set_state(replica, REPLICA_SERVED);
        return;
    }
    replica_go_online(replica);
}
