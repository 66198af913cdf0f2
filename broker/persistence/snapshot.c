/* snapshot.c - files with everything in them: checkpoints of the log and RDB files, written by a
 * child process that has the keyspace as it was when it was forked. */
#include "broker/persistence/persistence_internal.h"
#include "broker/reactor/world.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "core/time/clock.h"
#include "storage/io/io.h"
#include "storage/rdb/rdb_file.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RETRY_AFTER_MS = 5000, /* an automatic job that failed */
    CHILD_FAILED = 1,
};

/* --- Writing, in whatever process. */

static int write_file(struct persistence *self, bool complete, const char *temporary,
                      const char *path, struct diag *diag)
{
    struct server *server = self->server;
    const struct config *config = server_config(server);
    char version[] = "8.10.0", bits[] = "64", now[NUM_TEXT_LIMIT];
    int64_t now_ms = clock_now_ms();
    struct rdb_aux aux[] = {
        {"redis-ver", span_text(version)},
        {"redis-bits", span_text(bits)},
        {"ctime", span_of(now, num_format_i64(now, now_ms / 1000))},
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
        .aux = aux,
    };
    int rc = rdb_save_file(&save, temporary, diag);

    if (rc == 0)
        rc = io_rename(io_disk(), temporary, path, diag);
    if (rc == 0)
        rc = io_sync_directory(io_disk(), complete ? config->log_directory : ".", diag);
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
    rc = write_file(self, true, temporary, path, diag);
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
    rc = write_file(self, false, temporary, path, diag);
    self->last_save_ok = rc == 0;
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

static void run_child(struct persistence *self)
{
    struct snapshot_child *child = &self->child;
    struct diag diag = {0};

    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (write_file(self, child->job == JOB_REWRITE, child->temporary, child->path, &diag) == 0)
        _exit(0);
    dprintf(STDERR_FILENO, "%s: %s\n", child->path, diag.text);
    _exit(CHILD_FAILED);
}

int snapshot_start(struct persistence *self, enum persistence_job job, struct diag *diag)
{
    struct snapshot_child *child = &self->child;
    struct server *server = self->server;
    pid_t pid;

    if (child->job != JOB_NONE || self->install_running)
        return diag_set(diag, ERR_EXISTS, "a child is writing already");
    *child = (struct snapshot_child){.job = job, .started_ms = clock_now_ms()};
    child->changes = persistence_changes(server);
    if (job == JOB_REWRITE) {
        child->position = commit_log_mark(self->log);
        self->db = -1; /* what comes first after a checkpoint says its database */
        commit_log_checkpoint_path(self->log, child->position, child->path, sizeof(child->path));
        self->rewrite_scheduled = false;
    } else {
        snprintf(child->path, sizeof(child->path), "%s", server_config(server)->dbfilename);
        self->save_scheduled = false;
    }
    self->last_try_ms = child->started_ms;
    snprintf(child->temporary, sizeof(child->temporary),
             job == JOB_REWRITE ? "%s/temp-rewrite-%d.tmp" : "%s/temp-%d.rdb",
             job == JOB_REWRITE ? server_config(server)->log_directory : ".", (int)getpid());
    pid = fork();
    if (pid == 0)
        run_child(self);
    if (pid < 0) {
        child->job = JOB_NONE;
        return diag_errno(diag, "fork");
    }
    child->pid = pid;
    if (self->log && server_config(server)->no_appendfsync_on_rewrite)
        commit_log_pause_sync(self->log, true);
    log_line(server->log, LOG_NOTICE,
             job == JOB_REWRITE ? "Background append only file rewriting started by pid %d"
                                : "Background saving started by pid %d",
             (int)pid);
    return 0;
}

/* Waits for the disk, so a thread of its own does it. */
static void install(void *argument)
{
    struct persistence *self = argument;
    struct diag diag = {0};
    int rc = commit_log_install(self->log, self->child.position, &diag);

    if (rc < 0)
        log_line(self->server->log, LOG_WARNING, "Can't put the checkpoint in force: %s",
                 diag.text);
    else
        log_line(self->server->log, LOG_NOTICE,
                 "Background AOF rewrite finished successfully, the log begins at position %llu",
                 (unsigned long long)self->child.position);
    atomic_store_explicit(&self->install_result, rc < 0 ? -1 : 1, memory_order_release);
}

static void child_ended(struct persistence *self, bool ok)
{
    struct server *server = self->server;
    struct snapshot_child *child = &self->child;
    int64_t took_ms = clock_now_ms() - child->started_ms;

    if (self->log)
        commit_log_pause_sync(self->log, false);
    if (!ok) {
        log_line(server->log, LOG_WARNING, "The child that wrote %s has failed", child->path);
        io_remove(io_disk(), child->temporary, NULL);
    }
    if (child->job == JOB_SAVE) {
        self->last_save_ok = ok;
        self->last_save_ms = took_ms;
        self->save_failures = ok ? 0 : self->save_failures + 1;
        if (ok) {
            self->saves++;
            server->changes_at_save = child->changes;
            server->last_save_ms = clock_now_ms();
            log_line(server->log, LOG_NOTICE, "Background saving terminated with success");
        }
    } else {
        self->last_rewrite_ms = took_ms;
        self->last_rewrite_ok = ok;
        self->rewrite_failures = ok ? 0 : self->rewrite_failures + 1;
        if (ok && self->log) {
            atomic_store_explicit(&self->install_result, 0, memory_order_relaxed);
            self->install_running = workers_start(&server->workers, install, self);
            self->last_rewrite_ok = self->install_running;
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
    commit_log_facts(self->log, &facts);
    self->rewrite_base_bytes = facts.disk_bytes;
}

/* --- When it is time. */

static bool may_try(const struct persistence *self, bool last_ok)
{
    return last_ok || clock_now_ms() - self->last_try_ms > RETRY_AFTER_MS;
}

static bool rewrite_is_due(const struct persistence *self)
{
    const struct config *config = server_config(self->server);
    struct commit_facts facts;
    uint64_t base;

    if (!self->log)
        return false;
    if (self->rewrite_scheduled)
        return true;
    if (config->auto_aof_rewrite_percentage == 0 || !may_try(self, self->last_rewrite_ok))
        return false;
    commit_log_facts(self->log, &facts);
    base = facts.base_bytes ? facts.base_bytes : 1;
    return facts.disk_bytes > (uint64_t)config->auto_aof_rewrite_min_size &&
           (facts.disk_bytes - facts.base_bytes) * 100 / base >=
               (uint64_t)config->auto_aof_rewrite_percentage;
}

/* One of the pairs "seconds changes" of `save` is fulfilled. */
static bool save_is_due(const struct persistence *self)
{
    const struct server *server = self->server;
    uint64_t changes = persistence_changes(server) - server->changes_at_save;
    int64_t passed = (clock_now_ms() - server->last_save_ms) / 1000;

    if (self->save_scheduled)
        return true;
    if (changes == 0 || !may_try(self, self->last_save_ok))
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

    world_stop(server->world, 0);
    if (snapshot_start(self, job, &diag) < 0)
        log_line(server->log, LOG_WARNING, "Can't start a child: %s", diag.text);
    world_resume(server->world, 0);
}

void persistence_cron(struct persistence *self)
{
    if (atomic_load_explicit(&self->server->loading, memory_order_relaxed))
        return;
    reap(self);
    reap_install(self);
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
    int rc = 0;

    snapshot_kill(self);
    if (save)
        rc = persistence_save_now(self, diag);
    if (rc == 0 && self->log)
        rc = commit_log_flush(self->log, diag);
    return rc;
}

void snapshot_kill(struct persistence *self)
{
    if (self->child.job == JOB_NONE)
        return;
    kill(self->child.pid, SIGKILL);
    waitpid(self->child.pid, NULL, 0);
    io_remove(io_disk(), self->child.temporary, NULL);
    self->child.job = JOB_NONE;
}
