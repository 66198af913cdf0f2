/* commit_backup.h - a log in a second directory, which is what the first one was at a position:
 *
 *   begun:   checkpoint-<position>.rdb
 *   sealed:  the segments from that position up to another one, and a manifest of its own
 *
 * Files get further names (io_link) where the file system can do that, and are copied where it
 * can't; what has a name here is never changed again. The manifest comes last: until it is there,
 * nobody takes the directory for a log. With it, the directory is one like any other, in which
 * commit_log_open begins; its history parts from the first one's where it ends, so it gets a
 * replication id of its own.
 *
 * While a log has a backup, checkpoints leave the segments alone that the backup is going to have.
 * A log has one backup at a time. All functions wait for the disk; no two of the same log at once.
 */
#ifndef MS_STORAGE_LOG_COMMIT_BACKUP_H
#define MS_STORAGE_LOG_COMMIT_BACKUP_H

#include "core/base/diag.h"
#include "storage/io/io.h"
#include "storage/log/commit_log.h"
#include "storage/log/manifest.h"

/* Embeddable; starts zeroed. */
struct commit_backup {
    char directory[4096];
    struct manifest manifest; /* what is there: the checkpoint, and once sealed the segments */
};

void commit_backup_release(struct commit_backup *backup); /* memory only; zeroed again */

/* Puts the checkpoint in force into `directory`, which is there and empty, and keeps the segments
 * from its position on. 0; ERR_MISSING if the log has no checkpoint; or what the disk says: then
 * nothing is kept, and files may be left in the directory. Begins before the next checkpoint is
 * installed. */
int commit_backup_begin(struct commit_backup *backup, struct commit_log *log, const char *directory,
                        struct diag *diag);

/* Completes it with everything up to `end`, a position that commit_log_mark has given since it was
 * begun. Waits until that is durable. 0, and a power cut takes nothing of it any more; or an error,
 * with no manifest in the directory (but for a disk that fails to say what it did). Either way the
 * log keeps its segments until commit_backup_let_go. */
int commit_backup_seal(struct commit_backup *backup, struct commit_log *log, uint64_t end,
                       const char *replication_id, struct diag *diag);

/* The log needs to keep nothing any more: segments that only the backup needed go. What the disk
 * refuses goes with the next checkpoint. Allowed without a backup. */
void commit_backup_let_go(struct commit_log *log);

/* Removes from a directory every file that has a name as a log's files have, the manifest first;
 * other files stay, and the directory too. 0 if there is none. */
int commit_backup_remove(struct io *io, const char *directory, struct diag *diag);

#endif
