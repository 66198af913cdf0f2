/* load.c - what is on the disk becomes the keyspace.
 *
 *   log on:  its checkpoint and what was logged since; a new log begins with what a Redis has left
 *            in the directory, if anything, as its first checkpoint
 *   log off: the RDB file
 *
 * The loading thread counts as one more reactor: it holds a world lock but in the pauses that it
 * makes, and while it runs all commands are exclusive. So whoever looks, INFO or DEBUG, finds the
 * keyspace at rest. */
#include "broker/persistence/persistence_internal.h"
#include "broker/reactor/world.h"
#include "broker/replication/replication.h"
#include "broker/script/script.h"
#include "broker/server/log.h"
#include "broker/server/notify.h"
#include "broker/server/server.h"
#include "core/base/check.h"
#include "core/base/cpus.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "core/time/clock.h"
#include "storage/io/io.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_file.h"

#include <sched.h>
#include <stdio.h>

enum {
    PROGRESS_EVERY_US = 2000000,
    PAUSE_EVERY_US = 1000,
};

static int world_slot(const struct persistence *self)
{
    return self->server->reactor_count;
}

/* A line for who waits: how far it is, how fast, how long it will take. */
static void report_progress(struct persistence *self, uint64_t now_us)
{
    uint64_t bytes = atomic_load_explicit(&self->loading_bytes, memory_order_relaxed);
    uint64_t of = atomic_load_explicit(&self->loading_of, memory_order_relaxed);
    uint64_t keys = atomic_load_explicit(&self->loaded_keys, memory_order_relaxed);
    double seconds = (double)(clock_now_ms() - self->loading_since_ms) / 1000;

    if (now_us - self->last_progress_us < PROGRESS_EVERY_US)
        return;
    self->last_progress_us = now_us;
    if (of > 0)
        notify_send(self->server, "STATUS=Loading the data: %.0f%%\n",
                    100. * (double)bytes / (double)of);
    log_line(self->server->log, LOG_NOTICE,
             "Loading: %.1f of %.1f MB, %llu keys and records, %.0f a second, %.0f s to go",
             (double)bytes / 1e6, (double)of / 1e6, (unsigned long long)keys,
             seconds > 0 ? (double)keys / seconds : 0.0,
             bytes > 0 && of > bytes ? seconds / (double)bytes * (double)(of - bytes) : 0.0);
}

bool persistence_loading_pause(struct persistence *self)
{
    struct server *server = self->server;
    uint64_t now_us = clock_monotonic_us();

    if (now_us - self->last_pause_us >= PAUSE_EVERY_US) {
        self->last_pause_us = now_us;
        world_leave(server->world, world_slot(self));
        report_progress(self, now_us);
        if (self->meanwhile)
            self->meanwhile(self->meanwhile_context);
        sched_yield();
        world_enter(server->world, world_slot(self));
    }
    return !atomic_load_explicit(&server->stopping, memory_order_relaxed);
}

/* --- Files. */

static bool on_rdb_progress(void *context, uint64_t bytes, uint64_t of, uint64_t keys)
{
    struct persistence *self = context;

    atomic_store_explicit(&self->loading_bytes, bytes, memory_order_relaxed);
    atomic_store_explicit(&self->loading_of, of, memory_order_relaxed);
    atomic_store_explicit(&self->loaded_keys, keys, memory_order_relaxed);
    return persistence_loading_pause(self);
}

void persistence_on_aux(void *context, struct span name, struct span value)
{
    struct persistence *self = context;
    int64_t db;

    if (span_is(name, "repl-stream-db") && num_parse_i64(value, &db) == 0 && db >= 0 &&
        db < keyspace_databases(self->server->keyspace))
        self->loaded_db = (int)db;
}

int persistence_on_function(void *context, struct span code, struct diag *diag)
{
    struct persistence *self = context;

    return scripts_load_library(self->server->scripts, code, diag);
}

int persistence_load_rdb(struct persistence *self, const char *path, bool keep_expired,
                         struct diag *diag)
{
    struct server *server = self->server;
    const struct config *config = server_config(server);
    struct rdb_load load = {
        .io = io_disk(),
        .keyspace = server->keyspace,
        .settings = &config->settings,
        .loaders = &server->loaders,
        .now_ms = clock_now_ms(),
        .keep_expired = keep_expired,
        .check_checksum = config->rdbchecksum,
        .aux = persistence_on_aux,
        .function = persistence_on_function,
        .progress = on_rdb_progress,
        .context = self,
    };
    int rc;

    self->loaded_db = 0;
    rc = rdb_load_file(&load, path, diag);
    self->loaded_from_rdb = load.keys;
    self->loaded_expired = load.expired;
    if (rc == 0)
        log_line(server->log, LOG_NOTICE, "Loaded %s: %llu keys, %llu more had expired", path,
                 (unsigned long long)load.keys, (unsigned long long)load.expired);
    return rc;
}

struct replaying {
    struct persistence *self;
    struct replay replay;
    uint64_t begin;
};

static int on_records(void *context, uint64_t position, struct span records)
{
    struct replaying *replaying = context;
    struct persistence *self = replaying->self;
    int rc = replay_records(&replaying->replay, position, records);

    atomic_store_explicit(&self->loading_bytes, position - replaying->begin, memory_order_relaxed);
    atomic_store_explicit(&self->loaded_keys, replaying->replay.records, memory_order_relaxed);
    if (rc == 0 && !persistence_loading_pause(self))
        rc = diag_set(replaying->replay.diag, ERR_CLOSED, "the server is to stop");
    return rc;
}

static int replay_log(struct persistence *self, const struct commit_recovery *found,
                      struct diag *diag)
{
    struct replaying replaying = {.self = self, .begin = found->checkpoint};
    int rc;

    atomic_store_explicit(&self->loading_of, found->end - found->checkpoint, memory_order_relaxed);
    replay_init(&replaying.replay, self->server, diag);
    replaying.replay.db = self->loaded_db;
    rc = commit_log_replay(self->opening, on_records, &replaying, diag);
    if (rc == 0)
        log_line(self->server->log, LOG_NOTICE,
                 "Replayed %llu records of the log, up to position %llu",
                 (unsigned long long)replaying.replay.records, (unsigned long long)found->end);
    self->loaded_db = replaying.replay.db;
    replay_release(&replaying.replay);
    return rc;
}

/* A new log: what a Redis has left in the directory becomes its first checkpoint. */
static int begin_log(struct persistence *self, struct diag *diag)
{
    bool imported = false;
    int rc = persistence_import(self, &imported, diag);

    if (rc == 0 && imported) {
        rc = persistence_checkpoint_now(self, self->opening, 0, diag);
        if (rc == 0)
            log_line(self->server->log, LOG_NOTICE,
                     "What was imported is in the log in %s now; the files it came from are as "
                     "they were",
                     server_config(self->server)->log_directory);
    }
    return rc;
}

static int load_log(struct persistence *self, struct diag *diag)
{
    struct commit_recovery found;
    int rc;

    rc = persistence_open_log(self, &found, diag);
    if (rc < 0)
        return rc;
    if (found.cut_bytes > 0)
        log_line(self->server->log, LOG_WARNING,
                 "The end of %s/%s was not complete, as after a power cut: %llu bytes that nobody "
                 "was told were safe have been cut off",
                 server_config(self->server)->log_directory, found.cut_file,
                 (unsigned long long)found.cut_bytes);
    /* also if it is empty now: a power cut may have taken what others have seen of it */
    self->has_past = !found.created;
    /* an import that was refused has left an empty log behind */
    if (!found.checkpoint_file[0] && found.end == 0)
        found.created = true;
    if (found.created)
        rc = begin_log(self, diag);
    else if (found.checkpoint_file[0])
        rc = persistence_load_rdb(self, found.checkpoint_file, true, diag);
    if (rc == 0 && !found.created)
        rc = replay_log(self, &found, diag);
    return rc < 0 ? rc : commit_log_start(self->opening, diag);
}

static int load_all(struct persistence *self, struct diag *diag)
{
    struct buffer preload = {0};
    bool imported;
    size_t size;

    config_get_text(server_config(self->server), "preload-file", &preload);
    size = preload.size;
    buffer_release(&preload);
    if (size > 0)
        return diag_set(diag, ERR_UNSUPPORTED,
                        "preload-file is not there: put a backup in the place of log-directory, or "
                        "the file of a Redis where dbfilename or appendfilename say");
    if (server_config(self->server)->appendonly)
        return load_log(self, diag);
    return persistence_import(self, &imported, diag);
}

/* --- The thread. */

static void announce_ready(struct server *server)
{
    if (server_config(server)->port > 0)
        log_line(server->log, LOG_NOTICE, "Ready to accept connections tcp");
    if (server_config(server)->tls_port > 0)
        log_line(server->log, LOG_NOTICE, "Ready to accept connections tls");
    if (server_config(server)->unixsocket[0])
        log_line(server->log, LOG_NOTICE, "Ready to accept connections unix");
    notify_ready(server);
}

/* Reactor 0: everything is there, or the server has to end. */
static void on_loaded(void *receiver, struct inbox_message *message)
{
    struct persistence *self =
        (struct persistence *)(void *)((char *)message - offsetof(struct persistence, loaded));
    struct reactor *reactor = receiver;
    struct server *server = self->server;

    if (atomic_load_explicit(&server->stopping, memory_order_relaxed))
        return; /* what was opened is closed with the rest */
    if (self->load_result < 0) {
        log_line(server->log, LOG_WARNING, "Can't load what is on the disk: %s",
                 self->load_diag.text);
        server->exit_code = 1;
        server_stop(server);
        return;
    }
    world_stop(server->world, reactor->index);
    self->log = self->opening;
    self->opening = NULL;
    self->db = self->log ? self->loaded_db : -1;
    atomic_store_explicit(&server->loading, false, memory_order_relaxed);
    persistence_configure(self); /* it may have been told something meanwhile */
    replication_start(server->replication);
    world_resume(server->world, reactor->index);
    announce_ready(server);
}

static void *loader_main(void *argument)
{
    struct persistence *self = argument;
    struct server *server = self->server;

    cpus_take(CPUS_BACKGROUND, NULL);
    world_enter(server->world, world_slot(self));
    self->load_result = load_all(self, &self->load_diag);
    world_leave(server->world, world_slot(self));
    self->loaded.deliver = on_loaded;
    reactor_post(server->reactors[0], NULL, &self->loaded);
    return NULL;
}

void persistence_start(struct persistence *self)
{
    self->loading_since_ms = clock_now_ms();
    self->last_progress_us = clock_monotonic_us();
    atomic_store_explicit(&self->server->loading, true, memory_order_relaxed);
    CHECK(pthread_create(&self->loader, NULL, loader_main, self) == 0);
    pthread_setname_np(self->loader, "loader");
    self->loader_started = true;
}

void persistence_stop(struct persistence *self)
{
    if (self->loader_started)
        pthread_join(self->loader, NULL);
    self->loader_started = false;
}
