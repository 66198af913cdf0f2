#include "broker/persistence/persistence.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/persistence/replicated.h"
#include "broker/replication/backlog.h"
#include "broker/replication/followers.h"
#include "broker/replication/replication.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/resp/value.h"
#include "storage/keyspace/keyspace.h"

#include <stdio.h>
#include <string.h>

struct persistence *persistence_new(struct server *server)
{
    struct persistence *self = mem_zalloc(sizeof(*self));

    self->server = server;
    self->backup = backup_new(self);
    self->progress = child_progress_new();
    CHECK(self->progress);
    self->db = -1;
    self->last_rewrite_ok = true;
    atomic_init(&self->last_save_ok, true);
    self->last_rewrite_ms = self->last_save_ms = -1;
    CHECK(pthread_mutex_init(&self->lock, NULL) == 0);
    return self;
}

void persistence_free(struct persistence *self)
{
    if (!self)
        return;
    snapshot_kill(self);
    backup_free(self->backup);
    child_progress_free(self->progress);
    commit_log_close(self->log);
    commit_log_close(self->side_log);
    commit_log_close(self->opening);
    backlog_free(self->backlog);
    for (int i = 0; i <= REACTORS_LIMIT; i++)
        buffer_release(&self->recordings[i].out);
    pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

struct commit_log *persistence_log(const struct persistence *self)
{
    return self->log;
}

struct waits *persistence_log_waits(struct persistence *self)
{
    return &self->log_waits;
}

bool persistence_is_logging(const struct persistence *self)
{
    return self->log || self->side_log || self->backup_log;
}

/* --- The log's thread. */

static void wake_waiting(struct persistence *self)
{
    for (int i = 0; i < self->server->reactor_count; i++)
        if (atomic_load(&self->waiting[i]))
            loop_wake(self->server->reactors[i]->loop);
}

void persistence_wake(struct persistence *self)
{
    atomic_thread_fence(memory_order_seq_cst); /* pairs with persistence_set_waiting */
    wake_waiting(self);
}

static void on_durable(void *context, uint64_t position)
{
    struct persistence *self = context;

    (void)position;
    atomic_thread_fence(memory_order_seq_cst); /* pairs with persistence_set_waiting */
    wake_waiting(self);
    replication_durable(self->server->replication);
}

static void on_failed(void *context, const struct diag *why)
{
    struct persistence *self = context;

    log_line(self->server->log, LOG_WARNING,
             "The log can't be written: %s. Writes are refused until it can.", why->text);
    atomic_store_explicit(&self->failed, true, memory_order_relaxed);
    wake_waiting(self); /* who only reads waits no longer */
}

static void on_recovered(void *context)
{
    struct persistence *self = context;

    atomic_store_explicit(&self->failed, false, memory_order_relaxed);
    log_line(self->server->log, LOG_NOTICE, "The log can be written again, nothing of it is lost.");
}

static void on_synced(void *context, uint64_t took_us)
{
    struct persistence *self = context;

    /* only this thread raises it, the cron takes it away: a sample lost between is no loss */
    if (took_us > atomic_load_explicit(&self->longest_sync_us, memory_order_relaxed))
        atomic_store_explicit(&self->longest_sync_us, took_us, memory_order_relaxed);
    replication_durable(self->server->replication);
}

static enum commit_sync sync_of(enum config_appendfsync appendfsync)
{
    switch (appendfsync) {
    case APPENDFSYNC_ALWAYS:
        return COMMIT_ALWAYS;
    case APPENDFSYNC_EVERYSEC:
        return COMMIT_EVERYSEC;
    default:
        return COMMIT_NO;
    }
}

const char *persistence_new_id(struct persistence *self)
{
    server_random_hex(self->server->replication_id, RUN_ID_SIZE);
    return self->server->replication_id;
}

struct commit_options persistence_log_options(struct persistence *self)
{
    const struct config *config = server_config(self->server);

    return (struct commit_options){
        .io = io_disk(),
        .directory = config->log_directory,
        .sync = sync_of(config->appendfsync),
        .compress = config->log_compression,
        .segment_bytes = (uint64_t)config->log_segment_size,
        .replication_id = persistence_new_id(self),
        .listener = {self, on_durable, on_failed, on_recovered, on_synced},
        .waits = &self->log_waits,
    };
}

/* Nobody's reply waits for it, and nothing is lost with it but that replicas have to begin anew. */
static void on_side_failed(void *context, const struct diag *why)
{
    struct persistence *self = context;

    log_line(self->server->log, LOG_WARNING, "The log for replicas can't be written: %s",
             why->text);
}

static void on_side_recovered(void *context)
{
    struct persistence *self = context;

    log_line(self->server->log, LOG_NOTICE, "The log for replicas can be written again");
}

struct commit_listener persistence_side_listener(struct persistence *self)
{
    return (struct commit_listener){self, on_durable, on_side_failed, on_side_recovered, NULL};
}

int persistence_open_log(struct persistence *self, struct commit_recovery *found, struct diag *diag)
{
    struct commit_options options = persistence_log_options(self);

    return commit_log_open(&options, &self->opening, found, diag);
}

/* --- Recording. */

enum {
    HEAD_ROOM = 64, /* bytes in front of the records, for what may have to stand there */
    RECORDING_KEEP = 1 << 20,
    RECORDING_LIMIT = COMMIT_RECORD_LIMIT - 1024, /* the rest is for MULTI, EXEC and SELECT */
};

static void write_select(struct buffer *out, int db)
{
    char text[NUM_TEXT_LIMIT];
    struct span words[2] = {SPAN("SELECT"), span_of(text, num_format_i64(text, db))};

    resp_write_command(out, 2, words);
}

/* Puts bytes in front of the records; returns where they begin now. */
static size_t put_in_front(struct buffer *out, size_t at, struct span bytes)
{
    CHECK(bytes.size <= at);
    at -= bytes.size;
    memcpy(out->data + at, bytes.data, bytes.size);
    return at;
}

/* Appends what was put together; returns the position in the server's log, 0 if there is none.
 * Several records are a transaction, and the first one says its database if the last one before it
 * had another. */
static uint64_t append_records(struct persistence *self, struct recording *recording)
{
    struct buffer *out = &recording->out;
    struct buffer select = {0};
    size_t at = HEAD_ROOM;
    uint64_t position = 0;

    if (recording->count > 1) {
        buffer_append_span(out, SPAN("*1\r\n$4\r\nEXEC\r\n"));
        at = put_in_front(out, at, SPAN("*1\r\n$5\r\nMULTI\r\n"));
    }
    waits_lock(&self->log_waits, &self->lock);
    if (self->db != recording->first_db) {
        write_select(&select, recording->first_db);
        at = put_in_front(out, at, span_of(select.data, select.size));
    }
    self->db = recording->db;
    if (persistence_stream(self))
        position =
            commit_log_put(persistence_stream(self), span_of(out->data + at, out->size - at));
    if (self->backlog)
        backlog_append(self->backlog, span_of(out->data + at, out->size - at));
    if (self->backup_log)
        commit_log_append(self->backup_log, span_of(out->data + at, out->size - at));
    pthread_mutex_unlock(&self->lock);
    buffer_release(&select);
    return position;
}

/* The log takes no more at once: what came before the record that begins at `at` is logged now, by
 * itself. All of it is done and nobody sees it yet, so only a power cut between two syncs could
 * show it as two. */
static void log_part(struct persistence *self, struct recording *recording, size_t at)
{
    struct buffer rest = {0};

    buffer_append(&rest, recording->out.data + at, recording->out.size - at);
    recording->out.size = at;
    append_records(self, recording);
    recording->out.size = HEAD_ROOM;
    buffer_append(&recording->out, rest.data, rest.size);
    recording->count = 0;
    buffer_release(&rest);
    log_line(self->server->log, LOG_WARNING,
             "Changes that belong together are logged in parts: they have more than %d MiB.",
             RECORDING_LIMIT >> 20);
}

static void write_record(struct persistence *self, struct recording *recording, int db, size_t argc,
                         const struct span *argv)
{
    size_t at = recording->out.size;

    if (recording->count > 0 && db != recording->db)
        write_select(&recording->out, db);
    resp_write_command(&recording->out, argc, argv);
    if (recording->count > 0 && recording->out.size > RECORDING_LIMIT)
        log_part(self, recording, at);
    if (recording->count == 0)
        recording->first_db = db;
    recording->db = db;
    recording->count++;
}

static bool is_own_deletion(const struct effect *effect)
{
    return effect->flags & EFFECT_EXPIRED || effect->class == EVENT_EVICTED;
}

/* Keys that went by themselves, before the call that met them. */
static void record_deletions(struct persistence *self, struct recording *recording,
                             const struct request *rq)
{
    for (size_t i = 0; i < rq->effect_count; i++) {
        const struct effect *effect = &rq->effects[i];
        struct span words[2] = {SPAN("DEL"), effect->key.name};

        if (effect->flags & EFFECT_DIRTY && is_own_deletion(effect))
            write_record(self, recording, effect->key.db, 2, words);
    }
}

static bool changed_by_call(const struct request *rq)
{
    for (size_t i = 0; i < rq->effect_count; i++)
        if (rq->effects[i].flags & EFFECT_DIRTY && !is_own_deletion(&rq->effects[i]))
            return true;
    return false;
}

static void record_request(struct persistence *self, struct recording *recording,
                           const struct request *rq)
{
    record_deletions(self, recording, rq);
    if (!changed_by_call(rq))
        return;
    if (!rq->rewrites) {
        if (rq->argc > 0)
            write_record(self, recording, rq->db, rq->argc, rq->argv);
        return;
    }
    for (size_t i = 0; i < rq->rewrite_count; i++)
        if (rq->rewrites[i].argc > 0)
            write_record(self, recording, rq->rewrites[i].db, rq->rewrites[i].argc,
                         rq->rewrites[i].argv);
}

void persistence_note_position(struct persistence *self, uint64_t shards, uint64_t position)
{
    for (; shards; shards &= shards - 1)
        atomic_store_explicit(&self->positions[__builtin_ctzll(shards)], position,
                              memory_order_relaxed);
}

void persistence_collect(struct persistence *self, struct reactor *reactor,
                         const struct request *rq)
{
    struct recording *recording = &self->recordings[reactor->index];

    if (!persistence_is_logging(self))
        return;
    if (replication_is_replica(self->server->replication)) { /* its log is its primary's */
        if (!(rq->flags & REQUEST_REPLAY) && changed_by_call(rq))
            atomic_store_explicit(&self->server->replication->is_astray, true,
                                  memory_order_relaxed);
        return;
    }
    if (recording->count == 0) {
        buffer_reserve(&recording->out, HEAD_ROOM);
        recording->out.size = HEAD_ROOM;
    }
    record_request(self, recording, rq);
    recording->shards |= rq->held_shards;
}

static void clear_recording(struct recording *recording)
{
    recording->count = 0;
    recording->shards = 0;
    if (recording->out.capacity > RECORDING_KEEP)
        buffer_release(&recording->out);
    buffer_clear(&recording->out);
}

void persistence_drop(struct persistence *self, struct reactor *reactor)
{
    clear_recording(&self->recordings[reactor->index]);
}

bool persistence_commit(struct persistence *self, struct reactor *reactor)
{
    struct recording *recording = &self->recordings[reactor->index];
    bool any = recording->count > 0;
    uint64_t position = any ? append_records(self, recording) : 0;

    if (any && position)
        persistence_note_position(self, recording->shards, position);
    recording->kick |= any;
    clear_recording(recording);
    return any;
}

void persistence_kick(struct persistence *self, const struct reactor *reactor)
{
    struct recording *recording = &self->recordings[reactor->index];

    if (!recording->kick)
        return;
    recording->kick = false;
    if (persistence_stream(self))
        commit_log_kick(persistence_stream(self));
    if (self->backlog)
        followers_wake(self->server->replication->followers,
                       self->server->reactors[reactor->index]);
}

size_t persistence_collected(const struct persistence *self, const struct reactor *reactor)
{
    return self->recordings[reactor->index].out.size;
}

/* --- The gate. */

/* Whoever asks about the server or the connection sees nothing of the data, and gets an answer also
 * while nothing gets durable: Sentinel asks so what is the matter. */
static bool shows_data(const struct request *rq)
{
    return rq->spec->flags & (CMD_WRITE | CMD_READONLY) || rq->effect_count > 0 ||
           rq->flags & REQUEST_CHANGED ||
           (strcmp(rq->spec->group, "server") != 0 && strcmp(rq->spec->group, "connection") != 0);
}

void persistence_note(const struct persistence *self, struct gate *gate, const struct request *rq)
{
    uint64_t greatest = 0;

    if (!persistence_stream(self) || (rq->held_shards == SHARDS_ALL && !shows_data(rq)))
        return;
    for (uint64_t shards = rq->held_shards; shards; shards &= shards - 1) {
        uint64_t position =
            atomic_load_explicit(&self->positions[__builtin_ctzll(shards)], memory_order_relaxed);

        if (position > greatest)
            greatest = position;
    }
    if (greatest > gate->read)
        gate->read = greatest;
    if (greatest > gate->written && (rq->flags & REQUEST_CHANGED || changed_by_call(rq)))
        gate->written = greatest;
}

bool persistence_is_open(const struct persistence *self, const struct gate *gate)
{
    const struct followers *followers = self->server->replication->followers;
    uint64_t durable, synced = followers_synced(followers);

    if (gate->written > synced)
        return false;
    if (gate->read > synced && !followers_are_missing(followers))
        return false;
    if (!self->log)
        return true; /* what is for replicas alone is on no disk of ours */
    durable = commit_log_durable(self->log);
    return gate->written <= durable &&
           (gate->read <= durable || atomic_load_explicit(&self->failed, memory_order_relaxed));
}

void persistence_set_waiting(struct persistence *self, struct reactor *reactor, bool waiting)
{
    atomic_store(&self->waiting[reactor->index], waiting);
    atomic_thread_fence(memory_order_seq_cst); /* pairs with on_durable */
}

/* --- Failures. */

static const char *failure_text(struct persistence *self, const struct reactor *reactor)
{
    char *text = self->refusal[reactor->index];
    struct diag why = {0};

    if (!self->log || !commit_log_has_failed(self->log, &why))
        return NULL;
    snprintf(text, sizeof(self->refusal[0]), "MISCONF Errors writing to the AOF file: %s",
             why.text);
    return text;
}

const char *persistence_refusal(struct persistence *self, const struct reactor *reactor)
{
    if (!atomic_load_explicit(&self->last_save_ok, memory_order_relaxed) &&
        self->save_point_count > 0 && server_config(self->server)->stop_writes_on_bgsave_error)
        return "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to "
               "persist to disk. Commands that may modify the data set are disabled, because this "
               "instance is configured to report errors during writes if RDB snapshotting fails "
               "(stop-writes-on-bgsave-error option). Please check the Redis logs for details "
               "about the RDB error.";
    return atomic_load_explicit(&self->failed, memory_order_relaxed) ? failure_text(self, reactor)
                                                                     : NULL;
}

/* --- Settings. */

/* "3600 1 300 100": pairs of seconds and changes; empty: never. */
static void read_save_points(struct persistence *self, const struct config *config)
{
    struct buffer text = {0};
    int64_t numbers[2 * CONFIG_SAVE_POINTS_LIMIT];
    size_t count = 0, at = 0;

    config_get_text(config, "save", &text);
    while (at < text.size && count < 2 * CONFIG_SAVE_POINTS_LIMIT) {
        size_t end = at;

        while (end < text.size && text.data[end] != ' ')
            end++;
        if (end > at && num_parse_i64(span_of(text.data + at, end - at), &numbers[count]) == 0)
            count++;
        at = end + 1;
    }
    self->save_point_count = count / 2;
    for (size_t i = 0; i < count / 2; i++) {
        self->save_points[i].seconds = numbers[2 * i];
        self->save_points[i].changes = numbers[2 * i + 1];
    }
    buffer_release(&text);
}

/* What was changed since the log was on last is not in it: who followed it then can't go on. */
static int begin_history(struct commit_log *log, struct diag *diag)
{
    struct commit_history history = {0};

    server_random_hex(history.id, COMMIT_ID_SIZE);
    return commit_log_set_history(log, &history, diag);
}

/* Replicas get another log from now on, and come back for it; and what this server gets itself has
 * to begin anew. */
static void change_stream(struct persistence *self)
{
    struct replication *replication = self->server->replication;
    struct diag diag = {0};

    workers_wait(&self->server->workers); /* one of them may be at the log for replicas */
    followers_drop_all(replication->followers, "appendonly was switched");
    persistence_end_backlog(self);
    commit_log_close(self->side_log);
    self->side_log = NULL;
    persistence_forget_positions(self);
    if (replication_is_replica(replication) && persistence_need_stream(self, &diag) < 0)
        log_line(self->server->log, LOG_WARNING, "There is no log for replicas: %s", diag.text);
    followers_configure(replication->followers);
    replication_reconnect(replication);
}

/* appendonly was switched on: a log that begins with everything there is. */
static void switch_on(struct persistence *self)
{
    struct commit_recovery found;
    struct diag diag = {0};
    struct commit_log *log;
    int rc = persistence_open_log(self, &found, &diag);

    if (rc == 0)
        rc = commit_log_start(self->opening, &diag);
    if (rc == 0)
        rc = begin_history(self->opening, &diag);
    if (rc == 0)
        rc = persistence_checkpoint_now(self, self->opening, commit_log_mark(self->opening), &diag);
    log = self->opening;
    self->opening = NULL;
    if (rc < 0) {
        commit_log_close(log);
        log_line(self->server->log, LOG_WARNING, "The log can't be switched on: %s", diag.text);
        return;
    }
    self->db = -1;
    self->log = log;
    change_stream(self);
    log_line(self->server->log, LOG_NOTICE, "The log is on");
}

static void switch_off(struct persistence *self)
{
    workers_wait(&self->server->workers); /* one of them may install a checkpoint */
    backup_log_stops(self->backup, self->log);
    snapshot_kill(self);
    self->install_running = false;
    commit_log_close(self->log);
    self->log = NULL;
    change_stream(self);
    wake_waiting(self);
    log_line(self->server->log, LOG_NOTICE, "The log is off");
}

void persistence_configure(struct persistence *self)
{
    const struct config *config = server_config(self->server);

    read_save_points(self, config);
    if (atomic_load_explicit(&self->server->loading, memory_order_relaxed))
        return;
    if (config->appendonly && !self->log && !self->server->replication->is_hollow)
        switch_on(self);
    else if (!config->appendonly && self->log)
        switch_off(self);
    if (!self->log)
        return;
    commit_log_set_sync(self->log, sync_of(config->appendfsync));
    commit_log_set_compress(self->log, config->log_compression);
}
