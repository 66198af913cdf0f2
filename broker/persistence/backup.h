/* backup.h - BACKUP: a directory that is a log of its own (storage/log/commit_backup.h), made while
 * the server goes on.
 *
 *   idle -> pending -> snapshotting -> incrementing -> sealed -> idle
 *              \_____________|______________/
 *                          failed
 *
 * The checkpoint is an ordinary rewrite: one that runs when the backup starts, or the next one.
 * Without a log (`appendonly no`) the backup has one of its own for as long as it needs it, in a
 * directory inside of its own; nobody waits for that one's disk.
 *
 * Everything here is called with the world stopped, but for what says otherwise. Whatever may take
 * its time (sealing, removing) is a task that a worker does; there is one at a time. */
#ifndef MS_BROKER_PERSISTENCE_BACKUP_H
#define MS_BROKER_PERSISTENCE_BACKUP_H

#include "core/base/diag.h"
#include "core/command/request.h"
#include "storage/log/commit_log.h"

#include <stdbool.h>
#include <stdint.h>

struct backup;
struct persistence;
struct session;

enum backup_state {
    BACKUP_IDLE,
    BACKUP_PENDING,      /* another child runs: the checkpoint is begun when it has ended */
    BACKUP_SNAPSHOTTING, /* the checkpoint is being written */
    BACKUP_INCREMENTING, /* it is in the backup; what is logged from there on is kept */
    BACKUP_SEALED,
    BACKUP_FAILED,
};

struct backup_status {
    const char *state;
    const char *error; /* borrowed until the next change; "" if there is none */
    int64_t start_s, end_s;
};

struct backup *backup_new(struct persistence *persistence);
void backup_free(struct backup *self); /* no worker and no reactor runs any more */

/* --- The commands. An error's text goes into the diag; nothing has changed then, unless it was the
 * disk that failed: then the backup has failed. */

/* `now`: the checkpoint may be begun at once. */
int backup_start(struct backup *self, bool now, struct diag *diag);

/* These begin a task. `session` waits for its end and is answered then; without one, sealing is
 * done when the function returns, and files are removed soon after. 0, or an error for which the
 * session does not wait. */
int backup_seal(struct backup *self, struct session *session, struct diag *diag);
int backup_abort(struct backup *self, struct session *session, struct diag *diag);
int backup_cleanup(struct backup *self, struct session *session, struct diag *diag);

void backup_status(const struct backup *self, struct backup_status *status);

/* Calls `visit` with the absolute path of each file that is complete. */
void backup_list(const struct backup *self, void (*visit)(void *context, const char *path),
                 void *context);

bool backup_is_in_progress(const struct backup *self);

/* --- What the rewriting child and the log say. */

/* A rewrite is wanted that nobody else wants. Also reactor 0's cron. */
bool backup_is_pending(const struct backup *self);

/* Without a log of the server's, the one that a rewrite is for. */
int backup_open_log(struct backup *self, struct commit_log **log, struct diag *diag);

/* A rewrite of a log begins, has been written (true: the backup wants it), or has failed. */
void backup_rewrite_began(struct backup *self, struct commit_log *log);
bool backup_wants_checkpoint(const struct backup *self); /* also reactor 0's cron */
void backup_rewrite_failed(struct backup *self, const char *why);

/* The checkpoint is in force. A worker's thread, before any other checkpoint is begun. */
void backup_take_checkpoint(struct backup *self);

/* The log does not say any more how the data came about that there is now; no worker runs. */
void backup_give_up(struct backup *self, const char *why);

/* The server's log is about to be closed; no worker runs. */
void backup_log_stops(struct backup *self, const struct commit_log *log);

/* Ten times a second, with the world running. Reactor 0. `installing`: a worker still puts a
 * checkpoint in force. */
void backup_cron(struct backup *self, bool installing);

#endif
