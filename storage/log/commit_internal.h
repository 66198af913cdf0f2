/* commit_internal.h - the log's own state, for commit_log.c (appending, the thread),
 * commit_recover.c (opening, replaying), commit_checkpoint.c, commit_history.c and commit_backup.c.
 *
 * Two locks. `lock` guards what appenders touch; it is a leaf and held for moments. `files` guards
 * the manifest and whoever changes the directory; it is held while the disk works, and taken first.
 */
#ifndef MS_STORAGE_LOG_COMMIT_INTERNAL_H
#define MS_STORAGE_LOG_COMMIT_INTERNAL_H

#include "core/bytes/buffer.h"
#include "storage/log/commit_log.h"
#include "storage/log/manifest.h"
#include "storage/log/segment.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    COMMIT_BATCH_BYTES = 1024 * 1024, /* a batch that has so many takes no more */
    COMMIT_HERE_BYTES = 64 * 1024,    /* more than that is the thread's to write */
    COMMIT_RETRY_MS = 100,            /* after a failure */
    COMMIT_GATHER_US = 500,           /* at most, until a sync begins */
    COMMIT_CLOSE_TRIES = 3,           /* rounds that closing allows to fail */
    COMMIT_KEEP_BYTES = 64 << 20,     /* of batches kept to be written again; else they are read */
    COMMIT_SLOW_SYNC_US = 2000000,
    LOG_PATH_LIMIT = 4096,
};

/* Records that will be one frame. */
struct batch {
    struct batch *next;
    uint64_t begin, end;
    bool ends_segment; /* the next one goes to a new file */
    struct buffer records;
};

/* An id that the log has or had. All are kept, for who is still looking at one. */
struct commit_id {
    struct commit_id *older;
    char text[COMMIT_ID_SIZE + 1];
};

struct commit_log {
    struct commit_options options;
    char *directory;
    struct io_file *directory_lock;

    pthread_mutex_t lock;
    pthread_cond_t work;     /* for the thread */
    pthread_cond_t progress; /* for who waits for durability */
    pthread_t thread;
    bool running, stopping;
    bool kicked;                /* the thread is to take what was appended */
    bool gathering;             /* it waits for as many appends as there were last time */
    uint64_t appends, expected; /* since it took the last ones; before that */
    uint64_t fixed;             /* volatile positions behind it can be taken back */
    struct batch *first, *last; /* appended, not taken by the thread yet */
    bool mark_next;             /* the next batch goes to a new segment */
    uint64_t marks, marks_done; /* how many there were, and how many have ended their segment */
    bool failed;
    struct diag why;
    bool broken; /* nothing is written before everything since the last sync has been written again
                  */
    bool dirty;  /* something is written and not synced */
    enum commit_sync sync;
    bool compress, sync_paused;
    _Atomic(struct commit_id *) id;       /* history.id; anybody may read it without the lock */
    struct commit_history history;        /* as the manifest says */
    uint64_t keep;                        /* what replicas need; UINT64_MAX: nothing */
    uint64_t oldest;                      /* what is there, and is not about to be dropped */
    char checkpoint_file[LOG_NAME_LIMIT]; /* in force */

    /* Written under `lock`; atomic so that everybody may read them without it (acquire, release).
     */
    _Atomic uint64_t position, durable;
    _Atomic uint64_t safe; /* `synced`, for others; written by the thread */

    /* Whoever writes, under `files`: the thread, or who kicks it (`broken` and `dirty` too). */
    struct batch *unsynced, *unsynced_last; /* written, but a power cut could take them */
    struct batch *unwritten;                /* taken, to be written */
    uint64_t written, synced;               /* positions */
    uint64_t kept_from;  /* what was written from here on is in `unsynced`; synced or beyond */
    uint64_t kept_bytes; /* there */
    uint64_t last_sync_ns;

    pthread_mutex_t files;
    struct manifest manifest;
    struct segment_writer *writer;
    uint64_t writer_first; /* position at which the open segment begins */
    bool keeping;          /* a backup needs what the segments hold from `keep_from` on */
    uint64_t keep_from;
    /* What opening knows of a segment that was not closed: how far it proves itself synced. In
     * memory it is closed, in the manifest it stays open until commit_log_start has settled it. */
    bool was_open;
    uint64_t proven, proven_bytes;

    struct commit_facts facts; /* counts; under `lock` */
    uint64_t closed_bytes, open_bytes;
};

/* Begins a segment at `position`, closing the open one there, of which the first `bytes` hold what
 * is below; the manifest says so before it returns, and the file has no more than that. `again`, a
 * list or NULL, is what the open one holds beyond: it is written to the new segment and synced
 * before the manifest lets go of the old one. `files` is held. */
int commit_begin_segment(struct commit_log *log, uint64_t position, uint64_t bytes,
                         const struct batch *again, struct diag *diag);

/* Begins a segment at `synced`, of which the open one's first `bytes` hold what is below, and
 * writes everything up to `written` again. The thread, or nobody else. `files` is held. */
int commit_rewrite(struct commit_log *log, uint64_t bytes, struct diag *diag);

/* The log is being closed and everything is synced: the manifest says that it ends here, so that
 * recovery can tell damage from a write that was cut short. */
int commit_end_segment(struct commit_log *log, struct diag *diag);

/* Makes `next` the manifest in force. It then belongs to the log, else it is released. `files` is
 * held. */
int commit_put_in_force(struct commit_log *log, struct manifest *next, struct diag *diag);

/* Takes the manifest's history over. `files` is held, or nobody else is there. */
void commit_note_history(struct commit_log *log);
void commit_free_ids(struct commit_log *log);

/* Removes files of a log's directory that the manifest does not know. */
void commit_remove_strangers(struct io *io, const char *directory, const struct manifest *manifest);

/* ERR_DAMAGED if a directory without a manifest holds files of a log, beside one that is expected
 * (or NULL). */
int commit_refuse_orphans(struct io *io, const char *directory, const char *expected,
                          struct diag *diag);

/* Locks a log's directory against other processes until the file is closed. */
int commit_lock_directory(struct io *io, const char *directory, struct io_file **lock,
                          struct diag *diag);

/* "checkpoint-<position>.rdb", LOG_NAME_LIMIT bytes. */
void commit_name_checkpoint(uint64_t position, char *name);

/* Takes out of a manifest the segments that end at or before `position`, and that neither a replica
 * nor a backup needs, noting their names, terminated. `files` is held. Who fails to put it in force
 * calls commit_note_files. */
void commit_drop_old(struct commit_log *log, struct manifest *next, uint64_t position,
                     struct buffer *names);

/* Removes the files of such a list, which no manifest names any more. */
void commit_remove_files(const struct commit_log *log, const struct buffer *names);

/* Brings what the facts say of the files up to date. `files` is held. */
void commit_note_files(struct commit_log *log);

/* As commit_log_flush; with `marks`, the segments that were marked must have ended too. */
int commit_wait(struct commit_log *log, bool marks, struct diag *diag);

/* Every other way to `lock` would leave waits uncounted. A log that is only looked at has it too.
 */
void commit_lock(const struct commit_log *log);
void commit_unlock(const struct commit_log *log);

void commit_batch_free(struct batch *batch);

/* Frees the unsynced batches: they are synced, or needed in memory no more. The thread. */
void commit_forget_written(struct commit_log *log);

#endif
