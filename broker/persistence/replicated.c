#include "broker/persistence/replicated.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/replication/backlog.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/wait/wait.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "storage/io/io.h"
#include "storage/keyspace/keyspace.h"
#include "storage/log/commit_backup.h"

#include <stdio.h>
#include <string.h>

#define SIDE_SUFFIX "-replication"

struct commit_log *persistence_stream(const struct persistence *self)
{
    return self->log ? self->log : self->side_log;
}

const char *persistence_stream_directory(const struct persistence *self)
{
    return self->log ? server_config(self->server)->log_directory : self->side_directory;
}

static struct commit_options side_options(struct persistence *self)
{
    const struct config *config = server_config(self->server);

    snprintf(self->side_directory, sizeof(self->side_directory), "%s" SIDE_SUFFIX,
             config->log_directory);
    return (struct commit_options){
        .io = io_disk(),
        .directory = self->side_directory,
        .sync = COMMIT_NO,
        .compress = config->log_compression,
        .segment_bytes = (uint64_t)config->log_segment_size,
        .replication_id = persistence_new_id(self),
        .listener = persistence_side_listener(self),
        .waits = &self->log_waits,
    };
}

/* Opens what commit_log_replace has left there, or a new one. */
static int open_log(const struct commit_options *options, struct commit_log **log,
                    struct diag *diag)
{
    struct commit_recovery found;
    int rc = commit_log_open(options, log, &found, diag);

    if (rc == 0)
        rc = commit_log_start(*log, diag);
    if (rc < 0) {
        commit_log_close(*log);
        *log = NULL;
    }
    return rc;
}

int persistence_need_stream(struct persistence *self, struct diag *diag)
{
    struct commit_options options;
    struct commit_history history = {0};
    int rc;

    if (persistence_stream(self))
        return 0;
    options = side_options(self);
    snprintf(history.id, sizeof(history.id), "%s", options.replication_id);
    rc = commit_log_replace(&options, &history, 0, NULL, diag);
    if (rc == 0)
        rc = open_log(&options, &self->side_log, diag);
    persistence_forget_db(self);
    persistence_forget_positions(self);
    return rc;
}

uint64_t persistence_position(const struct persistence *self)
{
    const struct commit_log *log = persistence_stream(self);

    return log ? commit_log_position(log) : 0;
}

uint64_t persistence_durable(const struct persistence *self)
{
    const struct commit_log *log = persistence_stream(self);

    return log ? commit_log_durable(log) : 0;
}

uint64_t persistence_synced(const struct persistence *self)
{
    return self->log ? commit_log_synced(self->log) : 0;
}

void persistence_want_checkpoint(struct persistence *self)
{
    self->rewrite_scheduled = true;
}

void persistence_forget_positions(struct persistence *self)
{
    for (int i = 0; i < KEY_SHARDS; i++)
        atomic_store_explicit(&self->positions[i], 0, memory_order_relaxed);
    for (int i = 0; i < self->server->reactor_count; i++)
        for (struct session *at = self->server->reactors[i]->sessions.first; at;
             at = at->next[LINK_ALL]) {
            at->gate = (struct gate){0};
            if (at->waiter)
                at->waiter->gate = (struct gate){0};
        }
}

/* --- The backlog. */

void persistence_begin_backlog(struct persistence *self, size_t limit)
{
    if (!self->backlog)
        self->backlog = backlog_new(persistence_position(self), limit);
    else
        backlog_set_limit(self->backlog, limit);
}

void persistence_end_backlog(struct persistence *self)
{
    backlog_free(self->backlog);
    self->backlog = NULL;
}

struct backlog *persistence_backlog(const struct persistence *self)
{
    return self->backlog;
}

/* --- What is put there as it is. */

/* `lock` is held. */
static uint64_t put(struct persistence *self, struct span bytes, bool volatile_)
{
    struct commit_log *log = persistence_stream(self);
    uint64_t position =
        volatile_ ? commit_log_append_volatile(log, bytes) : commit_log_put(log, bytes);

    if (self->backlog && volatile_)
        backlog_append_whole(self->backlog, bytes);
    else if (self->backlog)
        backlog_append(self->backlog, bytes);
    return position;
}

void persistence_say(struct persistence *self, struct reactor *reactor, struct span bytes)
{
    waits_lock(&self->log_waits, &self->lock);
    if (self->backlog)
        put(self, bytes, true);
    pthread_mutex_unlock(&self->lock);
    self->recordings[reactor->index].kick = true;
}

uint64_t persistence_follow(struct persistence *self, struct reactor *reactor, uint64_t shards,
                            struct span bytes, int db, bool volatile_)
{
    uint64_t position;

    waits_lock(&self->log_waits, &self->lock);
    position = put(self, bytes, volatile_);
    if (!volatile_ && self->backup_log)
        commit_log_append(self->backup_log, bytes);
    self->db = db;
    pthread_mutex_unlock(&self->lock);
    if (!volatile_ && self->log)
        persistence_note_position(self, shards, position);
    self->recordings[reactor->index].kick = true;
    return position;
}

int persistence_stream_db(const struct persistence *self)
{
    return self->db < 0 ? 0 : self->db;
}

void persistence_forget_db(struct persistence *self)
{
    self->db = -1;
}

/* --- Another history. */

int persistence_adopt(struct persistence *self, const struct commit_history *history,
                      uint64_t position, int db, const char *snapshot, struct diag *diag)
{
    struct commit_options options;
    struct commit_log *log = NULL;
    bool on_disk = persistence_uses_log(self);
    int rc;

    workers_wait(&self->server->workers); /* one of them may install a checkpoint */
    backup_log_stops(self->backup, persistence_stream(self));
    snapshot_kill(self);
    self->install_running = false;
    persistence_end_backlog(self);
    commit_log_close(persistence_stream(self));
    self->log = self->side_log = NULL;
    options = on_disk ? persistence_log_options(self) : side_options(self);
    rc = commit_log_replace(&options, history, position, on_disk ? snapshot : NULL, diag);
    if (rc == 0)
        rc = open_log(&options, &log, diag);
    if (on_disk) {
        self->log = log;
    } else {
        self->side_log = log;
        io_remove(io_disk(), snapshot, NULL);
    }
    self->db = db;
    persistence_forget_positions(self);
    return rc;
}

bool persistence_rewind(struct persistence *self)
{
    struct commit_log *log = persistence_stream(self);
    uint64_t before;

    if (!log)
        return false;
    before = commit_log_position(log);
    if (commit_log_rewind(log) == before)
        return false;
    persistence_end_backlog(self);
    return true;
}

int persistence_keep_messages(struct persistence *self, struct diag *diag)
{
    struct commit_log *log = persistence_stream(self);

    if (commit_log_stored(log) == commit_log_position(log))
        return 0;
    waits_lock(&self->log_waits, &self->lock);
    put(self, SPAN("*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"), false);
    self->db = -1; /* a backup's log has not got it */
    pthread_mutex_unlock(&self->lock);
    return commit_log_flush(log, diag);
}

bool persistence_has_past(const struct persistence *self)
{
    return self->has_past;
}

void persistence_give_up_backup(struct persistence *self)
{
    workers_wait(&self->server->workers); /* one of them may be at it, and finish */
    backup_give_up(self->backup, "the data was replaced");
}

int persistence_checkpoint_here(struct persistence *self, struct commit_log *log, struct diag *diag)
{
    workers_wait(&self->server->workers); /* one of them may install a checkpoint */
    snapshot_kill(self);
    self->install_running = false;
    self->db = -1;
    return persistence_checkpoint_now(self, log, commit_log_mark(log), diag);
}
