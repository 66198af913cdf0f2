/* received.c - a snapshot that a primary has sent takes the place of everything: either what is
 * there goes first and this server is loading meanwhile; or it is read beside, and then the two
 * change places. */
#include "broker/command/dispatch.h"
#include "broker/config/directive.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/persistence/replicated.h"
#include "broker/script/script.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/tracking/tracking.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/time/clock.h"
#include "storage/io/io.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_file.h"

#include <stdio.h>
#include <string.h>

bool persistence_uses_log(const struct persistence *self)
{
    return self->log || (!self->side_log && server_config(self->server)->appendonly);
}

void persistence_snapshot_path(struct persistence *self, char *path, size_t size)
{
    /* the directory that persistence_adopt makes the log in */
    snprintf(path, size, "%s/incoming-%llu.tmp",
             persistence_uses_log(self) ? server_config(self->server)->log_directory
                                        : self->side_directory,
             ++self->snapshots_received);
}

/* To who waits, watches or caches it is as if FLUSHALL had been called. Reactor 0 tries the waiters
 * when it runs next. */
static void tell_of_flush(struct server *server)
{
    struct reactor *reactor = server->reactors[0];
    struct request rq;

    dispatch_prepare(reactor, &rq, reactor->serve_arena);
    rq.held_shards = SHARDS_ALL;
    request_effect(&rq, request_key_of(&rq, (struct span){0}, 0), EFFECT_MODIFIED | EFFECT_WAKE, 0,
                   "flushall");
    dispatch_effects_of_part(reactor, &rq);
    tracking_broadcast(reactor, NULL);
    arena_reset(reactor->serve_arena);
}

void persistence_begin_snapshot(struct persistence *self, bool lazy)
{
    struct server *server = self->server;

    persistence_give_up_backup(self);
    snapshot_kill(self);
    keyspace_flush(server->keyspace, -1, lazy);
    scripts_drop_libraries(server->scripts);
    tell_of_flush(server);
    self->loading_since_ms = clock_now_ms();
    atomic_store_explicit(&self->loading_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&self->loading_of, 0, memory_order_relaxed);
    atomic_store_explicit(&self->loaded_keys, 0, memory_order_relaxed);
    atomic_store_explicit(&server->loading, true, memory_order_relaxed);
}

int persistence_read_snapshot(struct persistence *self, const char *path,
                              void (*meanwhile)(void *context), void *context, int *db,
                              struct diag *diag)
{
    int rc;

    self->meanwhile = meanwhile;
    self->meanwhile_context = context;
    rc = persistence_load_rdb(self, path, true, diag);
    self->meanwhile = NULL;
    *db = self->loaded_db;
    return rc;
}

void persistence_end_snapshot(struct persistence *self, bool ok)
{
    struct server *server = self->server;

    if (!ok) {
        keyspace_flush(server->keyspace, -1, false);
        scripts_drop_libraries(server->scripts);
    }
    tell_of_flush(server);
    atomic_store_explicit(&server->loading, false, memory_order_relaxed);
}

/* --- Beside. */

/* A library of functions that has been read, to be loaded when the data is in place. */
struct received_library {
    struct received_library *next;
    size_t size;
    char code[];
};

struct received {
    struct keyspace *keyspace;
    struct received_library *first, **last;
    int db;
    bool (*meanwhile)(void *context);
    void *context;
};

static int keep_library(void *context, struct span code, struct diag *diag)
{
    struct received *received = context;
    struct received_library *library = mem_alloc(sizeof(*library) + code.size);

    (void)diag;
    *library = (struct received_library){.size = code.size};
    memcpy(library->code, code.data, code.size);
    *received->last = library;
    received->last = &library->next;
    return 0;
}

static void keep_db(void *context, struct span name, struct span value)
{
    struct received *received = context;
    int64_t db;

    if (span_is(name, "repl-stream-db") && num_parse_i64(value, &db) == 0 && db >= 0 &&
        db < keyspace_databases(received->keyspace))
        received->db = (int)db;
}

static bool on_progress_beside(void *context, uint64_t bytes, uint64_t of, uint64_t keys)
{
    struct received *received = context;

    (void)bytes, (void)of, (void)keys;
    return received->meanwhile(received->context);
}

struct received *persistence_read_beside(struct persistence *self, const struct config *config,
                                         const char *path, bool (*meanwhile)(void *context),
                                         void *context, struct diag *diag)
{
    struct server *server = self->server;
    struct received *received = mem_zalloc(sizeof(*received));
    struct rdb_load load = {
        .io = io_disk(),
        .settings = &config->settings,
        .loaders = &server->loaders,
        .now_ms = clock_now_ms(),
        .keep_expired = true,
        .check_checksum = config->rdbchecksum,
        .aux = keep_db,
        .function = keep_library,
        .progress = on_progress_beside,
        .context = received,
    };

    received->keyspace = keyspace_new(config->settings.databases, server->reactor_count > 1);
    keyspace_set_loaders(received->keyspace, &server->loaders);
    received->last = &received->first;
    received->meanwhile = meanwhile;
    received->context = context;
    load.keyspace = received->keyspace;
    if (rdb_load_file(&load, path, diag) == 0)
        return received;
    received_free(received);
    return NULL;
}

int persistence_put_in_place(struct persistence *self, struct received *received, int *db,
                             struct diag *diag)
{
    struct server *server = self->server;
    int rc = 0;

    persistence_give_up_backup(self);
    snapshot_kill(self);
    keyspace_exchange(server->keyspace, received->keyspace);
    scripts_drop_libraries(server->scripts);
    for (struct received_library *at = received->first; at && rc == 0; at = at->next)
        rc = scripts_load_library(server->scripts, span_of(at->code, at->size), diag);
    *db = received->db;
    tell_of_flush(server);
    return rc;
}

void received_free(struct received *received)
{
    if (!received)
        return;
    keyspace_free(received->keyspace);
    while (received->first) {
        struct received_library *library = received->first;

        received->first = library->next;
        mem_free(library);
    }
    mem_free(received);
}
