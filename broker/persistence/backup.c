/* backup.c - the states of a backup, and who does its work.
 *
 * A task is begun with the world stopped, done by a worker, and settled with the world stopped
 * again: by the session that waits for it, or by reactor 0's cron if none does. Files are removed
 * only while no worker puts a checkpoint in force, for that one may be adding to them. */
#include "broker/persistence/backup.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/reactor/world.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/session/suspension.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/command/reply.h"
#include "core/time/clock.h"
#include "storage/log/commit_backup.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_LIMIT = 4096
};

enum task {
    TASK_NONE,
    TASK_SEAL,
    TASK_REMOVE,
};

struct backup {
    struct suspension suspension; /* first; of the session that waits for the task */
    struct persistence *persistence;
    enum backup_state state;
    char error[DIAG_TEXT_LIMIT];
    int64_t start_s, end_s;
    char directory[PATH_LIMIT];
    char own_directory[PATH_LIMIT]; /* of the log that is only for this backup */

    bool attached;          /* the child that writes a checkpoint, or its installing, is ours too */
    struct commit_log *log; /* the one it is of; NULL once it needs it no more */
    struct commit_log *own; /* the same, if it is only for this backup; the task closes it */
    uint64_t end;           /* position at which it is sealed */

    /* Written by the worker that takes the checkpoint and by the one that seals, in this order. */
    struct commit_backup files;
    int taken; /* of taking the checkpoint: 1, or an error */
    struct diag taken_diag;

    enum task task;
    bool task_running, client_waits;
    int protocol;           /* of the session that waits */
    atomic_int task_result; /* 0: not yet, 1, or an error; released by the worker, acquired by who
                               settles */
    struct diag task_diag;
    char replication_id[COMMIT_ID_SIZE + 1]; /* of the backup */
};

static struct log *log_of(const struct backup *self)
{
    return self->persistence->server->log;
}

struct backup *backup_new(struct persistence *persistence)
{
    struct backup *self = mem_zalloc(sizeof(*self));

    self->persistence = persistence;
    return self;
}

void backup_free(struct backup *self)
{
    if (!self)
        return;
    commit_log_close(self->own);
    commit_backup_release(&self->files);
    mem_free(self);
}

/* --- Where it is. */

static bool is_same(const char *a, const char *b)
{
    struct stat of_a, of_b;

    return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}

static int find_directory(struct backup *self, struct diag *diag)
{
    const struct config *config = server_config(self->persistence->server);
    char here[PATH_LIMIT];
    int size;

    if (!getcwd(here, sizeof(here)))
        return diag_errno(diag, "the server's directory");
    size = snprintf(self->directory, PATH_LIMIT, "%s/%s", here, config->backupdirname);
    if (size >= PATH_LIMIT ||
        snprintf(self->own_directory, PATH_LIMIT, "%s/unsealed-log", self->directory) >= PATH_LIMIT)
        return diag_set(diag, ERR_RANGE, "the path of the backup directory is too long");
    if (is_same(self->directory, config->log_directory))
        return diag_set(diag, ERR_EXISTS,
                        "backupdirname and log-directory are the same directory: '%s'",
                        config->backupdirname);
    return 0;
}

static void count_name(void *context, const char *name)
{
    (void)name;
    ++*(size_t *)context;
}

static int make_directory(const struct backup *self, struct diag *diag)
{
    struct diag why = {0}; /* that it is there is no news */
    size_t count = 0;
    int rc = io_make_directory(io_disk(), self->directory, &why);

    if (rc < 0 && rc != ERR_EXISTS)
        return diag_set(diag, rc, "%s", why.text);
    rc = io_list(io_disk(), self->directory, count_name, &count, diag);
    if (rc == 0 && count > 0)
        rc = diag_set(diag, ERR_EXISTS,
                      "Backup directory %s is not empty: BACKUP CLEANUP removes what an earlier "
                      "backup has left",
                      self->directory);
    return rc;
}

/* --- Tasks. */

static int do_remove(struct backup *self, struct diag *diag)
{
    struct diag why = {0};
    int rc;

    if (self->own)
        commit_log_close(self->own);
    else if (self->log)
        commit_backup_let_go(self->log);
    self->own = self->log = NULL;
    rc = commit_backup_remove(io_disk(), self->own_directory, diag);
    if (rc == 0)
        rc = io_remove_directory(io_disk(), self->own_directory, &why);
    if (rc == ERR_MISSING)
        rc = 0;
    else if (rc < 0 && why.code)
        return diag_set(diag, rc, "%s", why.text);
    return rc < 0 ? rc : commit_backup_remove(io_disk(), self->directory, diag);
}

static int do_seal(struct backup *self, struct diag *diag)
{
    struct diag why = {0};
    int rc = commit_backup_seal(&self->files, self->log, self->end, self->replication_id, diag);

    if (rc < 0)
        return rc; /* removing does the rest */
    if (self->own) {
        commit_log_close(self->own);
        rc = commit_backup_remove(io_disk(), self->own_directory, &why);
        if (rc == 0)
            rc = io_remove_directory(io_disk(), self->own_directory, &why);
        if (rc < 0) /* the backup is good all the same */
            log_line(log_of(self), LOG_WARNING, "Can't remove %s: %s", self->own_directory,
                     why.text);
    } else {
        commit_backup_let_go(self->log);
    }
    self->own = self->log = NULL;
    return 0;
}

/* A worker, or whoever can't wait for one. */
static void do_task(void *argument)
{
    struct backup *self = argument;
    bool client_waits = self->client_waits; /* not ours any more behind the result */
    int rc;

    self->task_diag = (struct diag){0};
    rc = self->task == TASK_SEAL ? do_seal(self, &self->task_diag)
                                 : do_remove(self, &self->task_diag);
    atomic_store_explicit(&self->task_result, rc < 0 ? rc : 1, memory_order_release);
    if (client_waits)
        suspension_post(&self->suspension);
}

/* Begins the task when that is possible; else the cron tries again. */
static void begin_task(struct backup *self, bool installing)
{
    if (self->task == TASK_NONE || self->task_running || installing)
        return;
    atomic_store_explicit(&self->task_result, 0, memory_order_relaxed);
    self->task_running = true; /* before, for a worker is quick */
    self->task_running = workers_start(&self->persistence->server->workers, do_task, self);
}

static void want_removal(struct backup *self)
{
    CHECK(self->task == TASK_NONE);
    self->task = TASK_REMOVE;
}

/* --- Failing. */

static void note_failure(struct backup *self, const char *why)
{
    self->state = BACKUP_FAILED;
    snprintf(self->error, sizeof(self->error), "%s", why);
    log_line(log_of(self), LOG_WARNING, "The backup has failed: %s", why);
}

static void stop_own_log(struct backup *self)
{
    struct persistence *persistence = self->persistence;

    if (!self->own)
        return;
    if (persistence->child.job == JOB_REWRITE && persistence->child.log == self->own)
        snapshot_kill(persistence);
    persistence->backup_log = NULL;
}

static void fail(struct backup *self, const char *why)
{
    self->attached = false;
    stop_own_log(self);
    note_failure(self, why);
    want_removal(self);
}

/* --- Settling. */

/* The task is done. 0, or why it has failed, in task_diag. */
static int settle(struct backup *self)
{
    int result = atomic_load_explicit(&self->task_result, memory_order_acquire);
    enum task task = self->task;

    CHECK(self->task_running && result != 0);
    self->task_running = self->client_waits = false;
    self->task = TASK_NONE;
    if (task == TASK_SEAL && result > 0) {
        self->state = BACKUP_SEALED;
        self->end_s = clock_now_ms() / 1000;
        log_line(log_of(self), LOG_NOTICE, "The backup in %s is sealed, it ends at position %llu",
                 self->directory, (unsigned long long)self->end);
    } else if (task == TASK_SEAL) {
        fail(self, self->task_diag.text);
    } else if (result < 0) {
        note_failure(self, self->task_diag.text);
    } else {
        commit_backup_release(&self->files);
    }
    return result < 0 ? result : 0;
}

/* The task is done, and it is nobody's but the cron's. */
static bool is_done(const struct backup *self)
{
    return self->task_running && !self->client_waits &&
           atomic_load_explicit(&self->task_result, memory_order_acquire) != 0;
}

/* The session that waits, in its reactor. */
static void finish(struct suspension *suspension)
{
    struct backup *self = (struct backup *)suspension;
    struct reactor *reactor = suspension->home;
    struct world *world = self->persistence->server->world;
    struct reply out;

    world_stop(world, reactor->index);
    reply_init(&out, &suspension->reply, self->protocol);
    if (settle(self) < 0)
        reply_error_format(&out, "ERR %s", self->task_diag.text);
    else
        reply_ok(&out);
    suspension_end(suspension);
    world_resume(world, reactor->index);
}

/* The session is answered when the task is done. */
static void wait_for_task(struct backup *self, struct session *session)
{
    if (!session)
        return;
    self->client_waits = true;
    self->protocol = session->protocol;
    suspension_begin(&self->suspension, session, finish);
}

/* --- Commands. */

bool backup_is_in_progress(const struct backup *self)
{
    return self->state == BACKUP_PENDING || self->state == BACKUP_SNAPSHOTTING ||
           self->state == BACKUP_INCREMENTING;
}

bool backup_is_pending(const struct backup *self)
{
    return self->state == BACKUP_PENDING;
}

/* A task is under way that may not be disturbed. */
static int check_task(const struct backup *self, struct diag *diag)
{
    if (self->task == TASK_SEAL)
        return diag_set(diag, ERR_AGAIN, "The backup is being sealed");
    if (self->task == TASK_REMOVE)
        return diag_set(diag, ERR_AGAIN,
                        "The files of the last backup are still being removed, try again");
    return 0;
}

int backup_start(struct backup *self, bool now, struct diag *diag)
{
    struct persistence *persistence = self->persistence;
    int rc;

    if (backup_is_in_progress(self))
        return diag_set(diag, ERR_EXISTS, "A backup is already in progress, ABORT it first");
    if (self->state == BACKUP_SEALED)
        return diag_set(diag, ERR_EXISTS, "A sealed backup exists, CLEANUP it first");
    rc = check_task(self, diag);
    if (rc == 0)
        rc = find_directory(self, diag);
    if (rc == 0)
        rc = make_directory(self, diag);
    if (rc < 0)
        return rc;
    self->state = BACKUP_PENDING;
    self->error[0] = '\0';
    self->start_s = clock_now_ms() / 1000;
    self->end_s = 0;
    if (persistence->child.job == JOB_REWRITE) {
        backup_rewrite_began(self, persistence->child.log);
    } else if (persistence->child.job == JOB_NONE && !persistence->install_running && now) {
        rc = snapshot_start(persistence, JOB_REWRITE, diag);
        if (rc < 0)
            backup_rewrite_failed(self, diag->text);
    }
    return rc;
}

int backup_seal(struct backup *self, struct session *session, struct diag *diag)
{
    int rc = check_task(self, diag);

    if (rc == 0 && self->state != BACKUP_INCREMENTING)
        rc = diag_set(diag, ERR_MISSING,
                      "No backup ready to seal (must be in the incrementing state)");
    if (rc < 0)
        return rc;
    self->end = commit_log_mark(self->log);
    if (self->own)
        self->persistence->backup_log = NULL; /* nothing more belongs to it */
    server_random_hex(self->replication_id, COMMIT_ID_SIZE);
    self->task = TASK_SEAL;
    if (session) {
        wait_for_task(self, session);
        begin_task(self, false);
        return 0;
    }
    atomic_store_explicit(&self->task_result, 0, memory_order_relaxed);
    self->task_running = true;
    do_task(self);
    rc = settle(self);
    return rc < 0 ? diag_set(diag, rc, "%s", self->task_diag.text) : 0;
}

int backup_abort(struct backup *self, struct session *session, struct diag *diag)
{
    int rc = self->task == TASK_SEAL ? check_task(self, diag) : 0;

    if (rc == 0 && !backup_is_in_progress(self))
        rc = diag_set(diag, ERR_MISSING, "No backup in progress");
    if (rc < 0)
        return rc;
    fail(self, "aborted by user");
    wait_for_task(self, session);
    begin_task(self, self->persistence->install_running);
    return 0;
}

static void forget(struct backup *self)
{
    self->state = BACKUP_IDLE;
    self->error[0] = '\0';
    self->start_s = self->end_s = 0;
    want_removal(self);
}

int backup_cleanup(struct backup *self, struct session *session, struct diag *diag)
{
    int rc = 0;

    if (backup_is_in_progress(self))
        return diag_set(diag, ERR_EXISTS, "Backup is in progress");
    rc = check_task(self, diag);
    /* idle: what a backup of before a restart has left is where one would be made now */
    if (rc == 0 && self->state == BACKUP_IDLE)
        rc = find_directory(self, diag);
    if (rc < 0)
        return rc;
    forget(self);
    wait_for_task(self, session);
    begin_task(self, self->persistence->install_running);
    return 0;
}

void backup_status(const struct backup *self, struct backup_status *status)
{
    static const char *const names[] = {
        [BACKUP_IDLE] = "idle",     [BACKUP_PENDING] = "pending",
        [BACKUP_FAILED] = "failed", [BACKUP_SNAPSHOTTING] = "snapshotting",
        [BACKUP_SEALED] = "sealed", [BACKUP_INCREMENTING] = "incrementing",
    };

    *status = (struct backup_status){names[self->state], self->error, self->start_s, self->end_s};
}

void backup_list(const struct backup *self, void (*visit)(void *context, const char *path),
                 void *context)
{
    const struct manifest *manifest = &self->files.manifest;
    char path[2 * PATH_LIMIT];

    if (self->state != BACKUP_INCREMENTING && self->state != BACKUP_SEALED)
        return;
    snprintf(path, sizeof(path), "%s/%s", self->directory, manifest->checkpoint_file);
    visit(context, path);
    if (self->state != BACKUP_SEALED)
        return;
    for (size_t i = 0; i < manifest->segment_count; i++) {
        snprintf(path, sizeof(path), "%s/%s", self->directory, manifest->segments[i].file);
        visit(context, path);
    }
    snprintf(path, sizeof(path), "%s/manifest", self->directory);
    visit(context, path);
}

/* --- The checkpoint. */

int backup_open_log(struct backup *self, struct commit_log **log, struct diag *diag)
{
    const struct config *config = server_config(self->persistence->server);
    struct commit_options options = {
        .io = io_disk(),
        .directory = self->own_directory,
        .sync = COMMIT_NO, /* sealing syncs */
        .compress = config->log_compression,
        .segment_bytes = (uint64_t)config->log_segment_size,
        .replication_id = persistence_new_id(self->persistence),
        .waits = &self->persistence->log_waits,
    };
    struct commit_recovery found;
    int rc = commit_log_open(&options, log, &found, diag);

    if (rc < 0)
        return rc;
    rc = commit_log_start(*log, diag);
    if (rc < 0) {
        commit_log_close(*log);
        return rc;
    }
    self->own = self->persistence->backup_log = *log;
    return 0;
}

void backup_rewrite_began(struct backup *self, struct commit_log *log)
{
    if (self->state != BACKUP_PENDING)
        return;
    self->state = BACKUP_SNAPSHOTTING;
    self->attached = true;
    self->log = log;
    self->taken = 0;
}

bool backup_wants_checkpoint(const struct backup *self)
{
    return self->attached;
}

void backup_rewrite_failed(struct backup *self, const char *why)
{
    if (self->attached || self->state == BACKUP_PENDING)
        fail(self, why);
}

void backup_take_checkpoint(struct backup *self)
{
    int rc;

    self->taken_diag = (struct diag){0};
    rc = commit_backup_begin(&self->files, self->log, self->directory, &self->taken_diag);
    self->taken = rc < 0 ? rc : 1;
}

void backup_give_up(struct backup *self, const char *why)
{
    if (is_done(self))
        settle(self);
    if (self->task == TASK_NONE && (self->attached || self->state == BACKUP_INCREMENTING))
        fail(self, why);
}

void backup_log_stops(struct backup *self, const struct commit_log *log)
{
    if (is_done(self))
        settle(self);
    if (self->log != log || self->own)
        return;
    backup_give_up(self, "appendonly is stopped");
    self->log = NULL; /* with it goes what it was to keep */
}

/* --- In between. */

/* The installing that took the checkpoint along has ended. */
static void note_checkpoint(struct backup *self)
{
    self->attached = false;
    if (self->taken < 0) {
        fail(self, self->taken_diag.text);
        return;
    }
    self->state = BACKUP_INCREMENTING;
    log_line(log_of(self), LOG_NOTICE, "The backup has its checkpoint, at position %llu",
             (unsigned long long)self->files.manifest.checkpoint_position);
}

static bool is_over(const struct backup *self)
{
    int64_t ttl_s = server_config(self->persistence->server)->backup_sealed_ttl;

    return self->state == BACKUP_SEALED && self->task == TASK_NONE && ttl_s > 0 &&
           clock_now_ms() / 1000 - self->end_s >= ttl_s;
}

static bool own_log_has_failed(const struct backup *self, struct diag *why)
{
    return self->persistence->backup_log && self->task == TASK_NONE &&
           commit_log_has_failed(self->persistence->backup_log, why);
}

void backup_cron(struct backup *self, bool installing)
{
    struct server *server = self->persistence->server;
    bool taken = self->attached && !installing && self->taken != 0;
    bool waits = self->task != TASK_NONE && !self->task_running && !installing;
    struct diag why = {0};

    if (!taken && !waits && !is_done(self) && !is_over(self) && !own_log_has_failed(self, &why))
        return;
    world_stop(server->world, 0);
    if (atomic_load_explicit(&server->busy, memory_order_relaxed)) {
        world_resume(server->world, 0); /* a script has half done what it does: the next time */
        return;
    }
    if (taken)
        note_checkpoint(self);
    if (is_done(self))
        settle(self);
    if (own_log_has_failed(self, &why))
        fail(self, why.text);
    if (is_over(self)) {
        log_line(server->log, LOG_NOTICE, "The sealed backup has reached its age, it is removed");
        forget(self);
    }
    begin_task(self, installing);
    world_resume(server->world, 0);
}
