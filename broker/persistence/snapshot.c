/* snapshot.c - files with everything in them: checkpoints of the log and RDB files, written by a
 * child process that has the keyspace as it was when it was forked. */
#include "broker/persistence/persistence_internal.h"
#include "broker/observe/observe.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/world.h"
#include "broker/replication/followers.h"
#include "broker/replication/replication.h"
#include "broker/script/script.h"
#include "broker/server/log.h"
#include "broker/server/oom_score.h"
#include "broker/server/server.h"
#include "core/base/cpus.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "core/time/clock.h"
#include "storage/io/io.h"
#include "storage/rdb/rdb_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RETRY_AFTER_MS = 5000, /* an automatic job that failed */
    CHILD_FAILED = 1,
};

/* --- Writing, in whatever process. */

static bool on_progress(void *context, uint64_t keys, uint64_t bytes)
{
    (void)bytes;
    child_progress_note(context, keys, 0);
    return true;
}

/* `progress` is told how far it is, if it is not NULL. */
static int write_rdb(struct persistence *self, bool complete, bool to_pipe, const char *path,
                     struct child_progress *progress, struct diag *diag)
{
    struct server *server = self->server;
    const struct config *config = server_config(server);
    char version[] = "8.10.0", bits[] = "64", now[NUM_TEXT_LIMIT], db[NUM_TEXT_LIMIT];
    int64_t now_ms = clock_now_ms();
    struct rdb_aux aux[] = {
        {"redis-ver", span_text(version)},
        {"redis-bits", span_text(bits)},
        {"ctime", span_of(now, num_format_i64(now, now_ms / 1000))},
        {"repl-stream-db", span_of(db, num_format_i64(db, persistence_stream_db(self)))},
        {NULL, {0}},
    };
    struct rdb_save save = {
        .io = io_disk(),
        .keyspace = server->keyspace,
        .settings = &config->settings,
        .now_ms = now_ms,
        .complete = complete,
        .compress = config->settings.rdbcompression,
        .checksum = complete || config->rdbchecksum,
        .to_pipe = to_pipe,
        .syncs_often =
            complete ? config->aof_rewrite_incremental_fsync : config->rdb_save_incremental_fsync,
        .aux = aux,
        .function = scripts_next_library,
        .functions = server->scripts,
        .progress = progress ? on_progress : NULL,
        .context = progress,
    };
    int rc = rdb_save_file(&save, path, diag);

    if (progress)
        child_progress_note(progress, save.keys, 1);
    return rc;
}

/* First at `temporary`, so that what is at `path` is whole. */
static int write_file(struct persistence *self, bool complete, const char *temporary,
                      const char *path, struct child_progress *progress, struct diag *diag)
{
    int rc = write_rdb(self, complete, false, temporary, progress, diag);

    if (rc == 0)
        rc = io_rename(io_disk(), temporary, path, diag);
    if (rc == 0)
        rc = io_sync_parent(io_disk(), path, diag);
    if (rc < 0)
        io_remove(io_disk(), temporary, NULL);
    return rc;
}

int persistence_checkpoint_now(struct persistence *self, struct commit_log *log, uint64_t position,
                               struct diag *diag)
{
    char path[4096], temporary[4096 + 8];
    int rc;

    commit_log_checkpoint_path(log, position, path, sizeof(path));
    snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    rc = write_file(self, true, temporary, path, NULL, diag);
    return rc < 0 ? rc : commit_log_install(log, position, diag);
}

uint64_t persistence_changes(const struct server *server)
{
    uint64_t changes = 0;

    for (int i = 0; i < server->reactor_count; i++)
        changes += atomic_load_explicit(&server->reactors[i]->changes, memory_order_relaxed);
    return changes;
}

int persistence_save_now(struct persistence *self, struct diag *diag)
{
    struct server *server = self->server;
    const char *path = server_config(server)->dbfilename;
    char temporary[4096];
    int64_t start_ms = clock_now_ms();
    int rc;

    snprintf(temporary, sizeof(temporary), "temp-%d.rdb", (int)getpid());
    rc = write_file(self, false, temporary, path, NULL, diag);
    atomic_store_explicit(&self->last_save_ok, rc == 0, memory_order_relaxed);
    if (rc < 0) {
        log_line(server->log, LOG_WARNING, "Can't save %s: %s", path, diag->text);
        return rc;
    }
    self->saves++;
    self->last_save_ms = clock_now_ms() - start_ms;
    server->changes_at_save = persistence_changes(server);
    server->last_save_ms = clock_now_ms();
    log_line(server->log, LOG_NOTICE, "DB saved on disk");
    return 0;
}

/* --- Children. */

/* Nothing of the server's stays open when it is gone: neither the log's lock, which would keep the
 * next server out, nor a socket. And nobody wants the file then. */
static void part_from_server(const struct snapshot_child *child, pid_t server)
{
    unsigned kept = child->job == JOB_TRANSFER ? (unsigned)child->pipe[1] : 0;

    if (kept > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, kept - 1, 0);
    close_range(kept > STDERR_FILENO ? kept + 1 : STDERR_FILENO + 1, UINT_MAX, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != server) /* it went before that */
        _exit(CHILD_FAILED);
}

static void run_child(struct persistence *self, pid_t server)
{
    struct snapshot_child *child = &self->child;
    struct diag diag = {0};
    int rc;

    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    part_from_server(child, server);
    oom_score_apply_to_child(self->server);
    cpus_take(child->job == JOB_REWRITE ? CPUS_REWRITE : CPUS_SAVE, NULL);
    if (child->job == JOB_TRANSFER) {
        rc = write_rdb(self, self->transfer_complete, true, child->path, self->progress, &diag);
    } else {
        rc = write_file(self, child->job == JOB_REWRITE, child->temporary, child->path,
                        self->progress, &diag);
    }
    if (rc == 0)
        _exit(0);
    dprintf(STDERR_FILENO, "%s: %s\n", child->path, diag.text);
    _exit(CHILD_FAILED);
}

/* The checkpoint is of the server's log, or of the one that a backup has. */
static int prepare_rewrite(struct persistence *self, struct diag *diag)
{
    struct snapshot_child *child = &self->child;
    int rc = 0;

    child->log = persistence_stream(self);
    if (!child->log)
        rc = backup_open_log(self->backup, &child->log, diag);
    if (rc < 0)
        return rc;
    backup_rewrite_began(self->backup, child->log);
    child->position = commit_log_mark(child->log);
    if (!replication_is_replica(self->server->replication))
        persistence_forget_db(self); /* what comes first after a checkpoint says its database */
    commit_log_checkpoint_path(child->log, child->position, child->path, sizeof(child->path));
    snprintf(child->temporary, sizeof(child->temporary), "%s.tmp", child->path);
    self->rewrite_scheduled = false;
    return 0;
}

static void prepare_save(struct persistence *self)
{
    struct snapshot_child *child = &self->child;

    snprintf(child->path, sizeof(child->path), "%s", server_config(self->server)->dbfilename);
    snprintf(child->temporary, sizeof(child->temporary), "temp-%d.rdb", (int)getpid());
    self->save_scheduled = false;
}

static int prepare_transfer(struct persistence *self, struct diag *diag)
{
    struct snapshot_child *child = &self->child;

    if (pipe2(child->pipe, O_CLOEXEC) < 0)
        return diag_errno(diag, "pipe");
    snprintf(child->path, sizeof(child->path), "/dev/fd/%d", child->pipe[1]);
    child->position = commit_log_stored(persistence_stream(self));
    if (!replication_is_replica(self->server->replication))
        persistence_forget_db(self);
    return 0;
}

static uint64_t all_keys(const struct keyspace *keyspace)
{
    uint64_t keys = 0;

    for (int db = 0; db < keyspace_databases(keyspace); db++)
        keys += keyspace_count(keyspace, db);
    return keys;
}

static const char *job_text(enum persistence_job job)
{
    switch (job) {
    case JOB_REWRITE:
        return "append only file rewriting";
    case JOB_TRANSFER:
        return "RDB transfer";
    default:
        return "saving";
    }
}

int snapshot_start(struct persistence *self, enum persistence_job job, struct diag *diag)
{
    struct snapshot_child *child = &self->child;
    struct server *server = self->server;
    uint64_t forked_ns;
    pid_t server_pid = getpid(), pid;
    int rc = 0;

    if (child->job != JOB_NONE || self->install_running)
        return diag_set(diag, ERR_EXISTS, "a child is writing already");
    if (job == JOB_REWRITE && server->replication->is_hollow)
        return diag_set(diag, ERR_UNSUPPORTED,
                        "the data got lost in a synchronisation, and the log still has it");
    *child = (struct snapshot_child){.started_ms = clock_now_ms()};
    child->changes = persistence_changes(server);
    self->last_try_ms = child->started_ms;
    if (job == JOB_REWRITE)
        rc = prepare_rewrite(self, diag);
    else if (job == JOB_TRANSFER)
        rc = prepare_transfer(self, diag);
    else
        prepare_save(self);
    if (rc < 0)
        return rc;
    child->job = job;
    child_progress_begin(self->progress, all_keys(server->keyspace));
    forked_ns = clock_monotonic_ns();
    pid = fork();
    if (pid == 0)
        run_child(self, server_pid);
    observe_fork(server, clock_monotonic_ns() - forked_ns);
    if (job == JOB_TRANSFER)
        close(child->pipe[1]);
    if (pid < 0) {
        child->job = JOB_NONE;
        diag_errno(diag, "fork");
        if (job == JOB_TRANSFER)
            close(child->pipe[0]);
        return diag->code;
    }
    child->pid = pid;
    if (self->log && server_config(server)->no_appendfsync_on_rewrite)
        commit_log_pause_sync(self->log, true);
    log_line(server->log, LOG_NOTICE, "Background %s started by pid %d", job_text(job), (int)pid);
    return 0;
}

int persistence_transfer(struct persistence *self, bool complete, int *fd, uint64_t *position,
                         struct diag *diag)
{
    int rc;

    self->transfer_complete = complete;
    rc = snapshot_start(self, JOB_TRANSFER, diag);

    if (rc < 0)
        return rc;
    *fd = self->child.pipe[0];
    *position = self->child.position;
    return 0;
}

void persistence_end_transfer(struct persistence *self)
{
    if (self->child.job == JOB_TRANSFER)
        kill(self->child.pid, SIGKILL); /* the cron notices that it is gone */
}

/* Waits for the disk, so a thread of its own does it. */
static void install(void *argument)
{
    struct persistence *self = argument;
    struct diag diag = {0};
    int rc = commit_log_install(self->child.log, self->child.position, &diag);

    if (rc < 0)
        log_line(self->server->log, LOG_WARNING, "Can't put the checkpoint in force: %s",
                 diag.text);
    else
        log_line(self->server->log, LOG_NOTICE,
                 "Background AOF rewrite finished successfully, the log begins at position %llu",
                 (unsigned long long)self->child.position);
    if (rc == 0 && self->install_for_backup)
        backup_take_checkpoint(self->backup);
    atomic_store_explicit(&self->install_result, rc < 0 ? -1 : 1, memory_order_release);
}

static void tell_backup(struct persistence *self, const char *why)
{
    world_stop(self->server->world, 0);
    backup_rewrite_failed(self->backup, why);
    world_resume(self->server->world, 0);
}

static void child_ended(struct persistence *self, bool ok)
{
    struct server *server = self->server;
    struct snapshot_child *child = &self->child;
    int64_t took_ms = clock_now_ms() - child->started_ms;

    if (self->log)
        commit_log_pause_sync(self->log, false);
    if (child->job == JOB_TRANSFER) {
        child->job = JOB_NONE;
        followers_transfer_done(server->replication->followers, ok);
        return;
    }
    if (!ok) {
        log_line(server->log, LOG_WARNING, "The child that wrote %s has failed", child->path);
        io_remove(io_disk(), child->temporary, NULL);
    }
    if (child->job == JOB_SAVE) {
        self->last_save_copied =
            atomic_load_explicit(&self->progress->copied_peak, memory_order_relaxed);
        atomic_store_explicit(&self->last_save_ok, ok, memory_order_relaxed);
        self->last_save_ms = took_ms;
        self->save_failures = ok ? 0 : self->save_failures + 1;
        if (ok) {
            self->saves++;
            server->changes_at_save = child->changes;
            server->last_save_ms = clock_now_ms();
            log_line(server->log, LOG_NOTICE, "Background saving terminated with success");
        }
    } else {
        self->last_rewrite_copied =
            atomic_load_explicit(&self->progress->copied_peak, memory_order_relaxed);
        self->last_rewrite_ms = took_ms;
        self->last_rewrite_ok = ok;
        self->rewrite_failures = ok ? 0 : self->rewrite_failures + 1;
        child->job = JOB_NONE;
        if (ok) {
            atomic_store_explicit(&self->install_result, 0, memory_order_relaxed);
            self->install_for_backup = backup_wants_checkpoint(self->backup);
            self->install_running = true; /* before, for a worker is quick */
            self->install_running = workers_start(&server->workers, install, self);
            self->last_rewrite_ok = self->install_running;
        }
        if (!self->install_running) {
            tell_backup(self, "the checkpoint could not be written, see the server's log");
            followers_checkpoint_done(server->replication->followers, false);
        }
    }
    child->job = JOB_NONE;
}

static void reap(struct persistence *self)
{
    int status;
    pid_t pid;

    if (self->child.job == JOB_NONE)
        return;
    pid = waitpid(self->child.pid, &status, WNOHANG);
    if (pid == 0 || (pid < 0 && errno == EINTR))
        return;
    child_ended(self, pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void reap_install(struct persistence *self)
{
    int result = atomic_load_explicit(&self->install_result, memory_order_acquire);
    struct commit_facts facts;

    if (!self->install_running || result == 0)
        return;
    self->install_running = false;
    self->last_rewrite_ok = result > 0;
    self->rewrites += result > 0;
    if (result < 0)
        tell_backup(self, "the checkpoint could not be put in force, see the server's log");
    followers_checkpoint_done(self->server->replication->followers, result > 0);
    if (!self->log)
        return;
    commit_log_facts(self->log, &facts);
    self->rewrite_base_bytes = facts.disk_bytes;
}

/* --- When it is time. */

static bool may_try(const struct persistence *self, bool last_ok)
{
    return last_ok || clock_now_ms() - self->last_try_ms > RETRY_AFTER_MS;
}

/* What the log has grown by is counted as records, not as they are compressed on the disk: a
 * checkpoint bounds how long a start takes, and that goes by records. */
static bool rewrite_is_due(const struct persistence *self)
{
    const struct config *config = server_config(self->server);
    struct commit_facts facts;
    uint64_t base, grown;

    if (self->server->replication->is_hollow)
        return false;
    if (backup_is_pending(self->backup))
        return true;
    if (self->rewrite_scheduled && persistence_stream(self))
        return true;
    if (!self->log)
        return false;
    if (config->auto_aof_rewrite_percentage == 0 || !may_try(self, self->last_rewrite_ok))
        return false;
    commit_log_facts(self->log, &facts);
    base = facts.base_bytes ? facts.base_bytes : 1;
    grown = facts.position - facts.checkpoint;
    return base + grown > (uint64_t)config->auto_aof_rewrite_min_size &&
           grown * 100 / base >= (uint64_t)config->auto_aof_rewrite_percentage;
}

/* One of the pairs "seconds changes" of `save` is fulfilled. */
static bool save_is_due(const struct persistence *self)
{
    const struct server *server = self->server;
    uint64_t changes = persistence_changes(server) - server->changes_at_save;
    int64_t passed = (clock_now_ms() - server->last_save_ms) / 1000;

    if (self->save_scheduled)
        return true;
    if (changes == 0 ||
        !may_try(self, atomic_load_explicit(&self->last_save_ok, memory_order_relaxed)))
        return false;
    for (size_t i = 0; i < self->save_point_count; i++)
        if (passed >= self->save_points[i].seconds &&
            changes >= (uint64_t)self->save_points[i].changes)
            return true;
    return false;
}

static void start_in_cron(struct persistence *self, enum persistence_job job)
{
    struct server *server = self->server;
    struct diag diag = {0};
    int rc;

    world_stop(server->world, 0);
    if (atomic_load_explicit(&server->busy, memory_order_relaxed)) {
        world_resume(server->world, 0); /* a script has half done what it does: the next time */
        return;
    }
    rc = snapshot_start(self, job, &diag);
    if (rc < 0) {
        log_line(server->log, LOG_WARNING, "Can't start a child: %s", diag.text);
        if (job == JOB_REWRITE)
            backup_rewrite_failed(self->backup, diag.text);
    }
    world_resume(server->world, 0);
    if (rc < 0 && job == JOB_REWRITE)
        followers_checkpoint_done(server->replication->followers, false);
}

/* The log's thread has left the longest sync for us, who know whether anybody wants to hear of it.
 */
static void note_slow_sync(struct persistence *self)
{
    struct server *server = self->server;
    uint64_t took_us = atomic_exchange_explicit(&self->longest_sync_us, 0, memory_order_relaxed);

    observe_latency(server,
                    server_config(server)->appendfsync == APPENDFSYNC_ALWAYS ? "aof-fsync-always"
                                                                             : "log-sync",
                    took_us * 1000);
}

void persistence_cron(struct persistence *self)
{
    if (atomic_load_explicit(&self->server->loading, memory_order_relaxed))
        return;
    reap(self);
    reap_install(self);
    note_slow_sync(self);
    backup_cron(self->backup, self->install_running);
    if (self->child.job != JOB_NONE || self->install_running)
        return;
    if (rewrite_is_due(self))
        start_in_cron(self, JOB_REWRITE);
    else if (save_is_due(self))
        start_in_cron(self, JOB_SAVE);
}

bool persistence_has_save_points(const struct persistence *self)
{
    return self->save_point_count > 0;
}

int persistence_settle(struct persistence *self, bool save, struct diag *diag)
{
    bool rewriting = self->child.job == JOB_REWRITE;
    int rc = 0;

    snapshot_kill(self);
    if (save)
        rc = persistence_save_now(self, diag);
    if (rc == 0 && self->log)
        rc = commit_log_flush(self->log, diag);
    if (rc < 0 && rewriting)
        self->rewrite_scheduled = true; /* replicas may wait for it */
    return rc;
}

void snapshot_kill(struct persistence *self)
{
    bool rewriting;

    if (self->child.job == JOB_NONE)
        return;
    kill(self->child.pid, SIGKILL);
    waitpid(self->child.pid, NULL, 0);
    rewriting = self->child.job == JOB_REWRITE;
    if (self->child.job == JOB_TRANSFER)
        followers_transfer_done(self->server->replication->followers, false);
    else
        io_remove(io_disk(), self->child.temporary, NULL);
    self->child.job = JOB_NONE;
    if (rewriting)
        backup_rewrite_failed(self->backup, "the checkpoint was given up");
}
