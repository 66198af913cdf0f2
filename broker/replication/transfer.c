/* transfer.c - full synchronisation: a snapshot comes, as an RDB file of a size that is said first
 * ("$<bytes>"), or ended by a mark ("$EOF:<40 letters>" and the same 40 letters behind it). It goes
 * to a file beside the log, is read into the keyspace, and becomes the checkpoint of a new log that
 * begins where the snapshot ends: so this server has what it got on its disk before it goes on.
 *
 * Until all of it has come, the old data stays. Then it goes, and while the new is read this server
 * is loading; or, with repl-diskless-load swapdb, the new is read beside the old, which is served
 * until they change places. */
#include "broker/config/directive.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/world.h"
#include "broker/replication/followers.h"
#include "broker/replication/link_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/time/clock.h"
#include "storage/io/io.h"

#include <stdio.h>
#include <string.h>

enum {
    MARK_SIZE = 40,
    CHUNK = 256 * 1024,
    LINE_LIMIT = 128,
    NEWLINE_EVERY_US = 1000000, /* while loading, so that the primary sees that we live */
};

struct transfer {
    struct primary_link *link;
    char path[4096];
    struct io_file *file;
    char mark[MARK_SIZE + 1]; /* "": by size */
    uint64_t left;
    char *chunk;
    struct diag *diag;
};

static int failed(struct transfer *transfer, long rc)
{
    if (link_is_cancelled(transfer->link))
        return diag_set(transfer->diag, ERR_CLOSED, "it was given up");
    return diag_set(transfer->diag, (int)rc, "the snapshot stops coming%s",
                    rc == ERR_TIMEOUT ? ": nothing within repl-timeout" : "");
}

/* "$123" or "$EOF:...". Newlines before say only that the primary is at work. */
static int read_head(struct transfer *transfer)
{
    char line[LINE_LIMIT];
    int64_t size;
    int rc = peer_read_line(transfer->link->peer, line, sizeof(line));

    if (rc < 0)
        return failed(transfer, rc);
    if (strncmp(line, "$EOF:", 5) == 0 && strlen(line + 5) == MARK_SIZE) {
        memcpy(transfer->mark, line + 5, MARK_SIZE);
        return 0;
    }
    if (line[0] != '$' || num_parse_i64(span_text(line + 1), &size) < 0 || size < 0)
        return diag_set(transfer->diag, ERR_SYNTAX,
                        "instead of a snapshot the primary sends: %.100s", line);
    transfer->left = (uint64_t)size;
    atomic_store_explicit(&transfer->link->sync_size, (uint64_t)size, memory_order_relaxed);
    return 0;
}

static int store(struct transfer *transfer, const char *bytes, size_t size)
{
    struct primary_link *link = transfer->link;

    if (size == 0)
        return 0;
    atomic_fetch_add_explicit(&link->sync_received, size, memory_order_relaxed);
    return io_append(transfer->file, span_of(bytes, size), transfer->diag);
}

static long receive(struct transfer *transfer, char *to, size_t room)
{
    struct primary_link *link = transfer->link;
    long got = link_is_cancelled(link) ? ERR_CLOSED : peer_receive(link->peer, to, room);

    if (got > 0) {
        atomic_store_explicit(&link->sync_last_ms, clock_now_ms(), memory_order_relaxed);
        replication_received(link->replication, (uint64_t)got);
    }
    return got;
}

static int receive_sized(struct transfer *transfer)
{
    while (transfer->left > 0) {
        long got = receive(transfer, transfer->chunk,
                           transfer->left < CHUNK ? (size_t)transfer->left : CHUNK);
        int rc;

        if (got < 0)
            return failed(transfer, got);
        transfer->left -= (uint64_t)got;
        rc = store(transfer, transfer->chunk, (size_t)got);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What could be the mark's beginning is kept back. What follows the mark belongs to the stream. */
static int receive_marked(struct transfer *transfer)
{
    size_t kept = 0;

    for (;;) {
        long got = receive(transfer, transfer->chunk + kept, CHUNK - kept);
        size_t size, safe;
        const char *mark;
        int rc;

        if (got < 0)
            return failed(transfer, got);
        size = kept + (size_t)got;
        mark = memmem(transfer->chunk, size, transfer->mark, MARK_SIZE);
        if (mark) {
            safe = (size_t)(mark - transfer->chunk);
            buffer_append(&transfer->link->rest, mark + MARK_SIZE, size - safe - MARK_SIZE);
            return store(transfer, transfer->chunk, safe);
        }
        kept = size < MARK_SIZE - 1 ? size : MARK_SIZE - 1;
        rc = store(transfer, transfer->chunk, size - kept);
        if (rc < 0)
            return rc;
        memmove(transfer->chunk, transfer->chunk + size - kept, kept);
    }
}

static int receive_file(struct transfer *transfer)
{
    int rc = read_head(transfer);

    if (rc < 0)
        return rc;
    io_remove(io_disk(), transfer->path, NULL);
    rc = io_open(io_disk(), transfer->path, IO_WRITE | IO_CREATE | IO_TRUNCATE, &transfer->file,
                 transfer->diag);
    if (rc < 0)
        return rc;
    transfer->chunk = mem_alloc(CHUNK);
    rc = transfer->mark[0] ? receive_marked(transfer) : receive_sized(transfer);
    if (rc == 0)
        rc = io_sync(transfer->file, transfer->diag);
    mem_free(transfer->chunk);
    io_close(transfer->file);
    if (rc < 0)
        io_remove(io_disk(), transfer->path, NULL);
    return rc;
}

/* While the data is read the primary hears nothing else from us. */
static void while_loading(void *context)
{
    struct primary_link *link = context;
    uint64_t now_us = clock_monotonic_us();

    if (now_us - link->last_newline_us < NEWLINE_EVERY_US)
        return;
    link->last_newline_us = now_us;
    peer_send(link->peer, SPAN("\n"));
}

/* The snapshot takes the place of everything. The thread has entered the world. */
static int load(struct transfer *transfer, const struct follow_answer *answer)
{
    struct primary_link *link = transfer->link;
    struct server *server = link->server;
    struct persistence *persistence = server->persistence;
    struct commit_history history = {0};
    int rc;

    world_stop(server->world, server->reactor_count);
    if (link_is_cancelled(link)) {
        world_resume(server->world, server->reactor_count);
        return failed(transfer, ERR_CLOSED);
    }
    atomic_store_explicit(&link->replication->asks_all, true, memory_order_relaxed);
    followers_drop_all(link->replication->followers,
                       "everything is replaced by the primary's data");
    persistence_begin_snapshot(persistence, server_config(server)->replica_lazy_flush);
    world_resume(server->world, server->reactor_count);
    rc = persistence_read_snapshot(persistence, transfer->path, while_loading, link, &link->db,
                                   transfer->diag);
    world_stop(server->world, server->reactor_count);
    if (rc == 0) {
        memcpy(history.id, answer->id, sizeof(history.id));
        rc = persistence_adopt(persistence, &history, answer->position, link->db, transfer->path,
                               transfer->diag);
    }
    persistence_end_snapshot(persistence, rc == 0);
    link->replication->is_hollow = rc < 0;
    atomic_store_explicit(&link->replication->is_astray, false, memory_order_relaxed);
    if (rc == 0)
        atomic_store_explicit(&link->replication->asks_all, false, memory_order_relaxed);
    persistence_configure(persistence); /* it may have been told something meanwhile */
    world_resume(server->world, server->reactor_count);
    return rc;
}

/* --- The old data stays until the new is there. */

static bool goes_on(void *context)
{
    while_loading(context);
    return !link_is_cancelled(context);
}

static int put_in_place(struct transfer *transfer, const struct follow_answer *answer,
                        struct received *received)
{
    struct primary_link *link = transfer->link;
    struct server *server = link->server;
    struct commit_history history = {0};
    int rc;

    world_stop(server->world, server->reactor_count);
    if (link_is_cancelled(link)) {
        world_resume(server->world, server->reactor_count);
        return failed(transfer, ERR_CLOSED);
    }
    followers_drop_all(link->replication->followers,
                       "everything is replaced by the primary's data");
    rc = persistence_put_in_place(server->persistence, received, &link->db, transfer->diag);
    memcpy(history.id, answer->id, sizeof(history.id));
    if (rc == 0)
        rc = persistence_adopt(server->persistence, &history, answer->position, link->db,
                               transfer->path, transfer->diag);
    atomic_store_explicit(&link->replication->asks_all, rc < 0, memory_order_relaxed);
    link->replication->is_hollow = rc < 0;
    atomic_store_explicit(&link->replication->is_astray, false, memory_order_relaxed);
    world_resume(server->world, server->reactor_count);
    return rc;
}

/* A script that is half done must not see its keys go. */
static bool wait_for_scripts(struct primary_link *link)
{
    while (link_enter_world(link)) {
        if (!atomic_load_explicit(&link->server->busy, memory_order_relaxed))
            return true;
        link_leave_world(link);
        if (!link_pause(link, 20))
            return false;
    }
    return false;
}

static int load_beside(struct transfer *transfer, const struct follow_answer *answer)
{
    struct primary_link *link = transfer->link;
    struct received *received;
    struct config *config;
    int rc = ERR_DAMAGED;

    if (!link_enter_world(link))
        return failed(transfer, ERR_CLOSED);
    config = config_copy(server_config(link->server));
    link_leave_world(link);
    received = persistence_read_beside(link->server->persistence, config, transfer->path, goes_on,
                                       link, transfer->diag);
    if (received && !wait_for_scripts(link)) {
        rc = failed(transfer, ERR_CLOSED);
    } else if (received) {
        rc = put_in_place(transfer, answer, received);
        link_leave_world(link);
    }
    received_free(received);
    config_drop(config);
    return rc;
}

static int load_instead(struct transfer *transfer, const struct follow_answer *answer)
{
    int rc;

    if (!wait_for_scripts(transfer->link))
        return failed(transfer, ERR_CLOSED);
    rc = load(transfer, answer);
    link_leave_world(transfer->link);
    return rc;
}

int transfer_run(struct primary_link *self, const struct follow_answer *answer, struct diag *diag)
{
    struct transfer transfer = {.link = self, .diag = diag};
    int rc;

    atomic_store_explicit(&self->sync_size, 0, memory_order_relaxed);
    atomic_store_explicit(&self->sync_received, 0, memory_order_relaxed);
    atomic_store_explicit(&self->sync_last_ms, clock_now_ms(), memory_order_relaxed);
    if (!link_enter_world(self))
        return failed(&transfer, ERR_CLOSED);
    persistence_snapshot_path(self->server->persistence, transfer.path, sizeof(transfer.path));
    link_leave_world(self);
    rc = receive_file(&transfer);
    if (rc < 0)
        return rc;
    log_line(self->server->log, LOG_NOTICE,
             "MASTER <-> REPLICA sync: received %llu bytes, loading them in memory",
             (unsigned long long)atomic_load_explicit(&self->sync_received, memory_order_relaxed));
    rc = self->settings.loading == DISKLESS_LOAD_SWAPDB ? load_beside(&transfer, answer)
                                                        : load_instead(&transfer, answer);
    if (rc < 0)
        io_remove(io_disk(), transfer.path, NULL);
    return rc;
}
