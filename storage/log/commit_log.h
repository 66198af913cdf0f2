/* commit_log.h - the one ordered log of everything that changes data: durability, replication and
 * recovery read from it. A directory holds it:
 *
 *   manifest                    which checkpoint and which segments are valid; replaced in one step
 *   checkpoint-<position>.rdb   the keyspace at that position; none at first
 *   <first position>.log        segments: frames one behind the other (frame.h, segment.h)
 *
 * Positions count bytes of records ever appended and are the replication offset. Records are RESP
 * arrays of bulk strings, as on the wire; what belongs together is appended by one call and stays
 * together in one frame: recovery finds all of it or none.
 *
 * Threads. Any thread appends, to memory, under a lock of the log's own (a leaf). One thread writes
 * frames and syncs. Opening, replaying and closing are the main thread's while nothing else runs.
 */
#ifndef MS_STORAGE_LOG_COMMIT_LOG_H
#define MS_STORAGE_LOG_COMMIT_LOG_H

#include "core/base/diag.h"
#include "core/bytes/span.h"
#include "storage/io/io.h"

#include <stdbool.h>
#include <stdint.h>

struct commit_log;

enum commit_sync {
    COMMIT_ALWAYS,   /* durable means synced */
    COMMIT_EVERYSEC, /* durable means written; synced about once a second */
    COMMIT_NO,       /* durable means written; the system syncs when it likes */
};

enum {
    COMMIT_ID_SIZE = 40,           /* of a replication id, hexadecimal */
    COMMIT_RECORD_LIMIT = 1 << 30, /* bytes of one append */
};

/* What the owner hears from the log's thread. None may call back into the log except
 * commit_log_durable. */
struct commit_listener {
    void *context;
    void (*durable)(void *context, uint64_t position);     /* everything below is durable now */
    void (*failed)(void *context, const struct diag *why); /* the first failure; nothing more gets
                                                              durable until `recovered` */
    void (*recovered)(void *context);
    void (*synced)(void *context, uint64_t took_us); /* a sync has ended well; may be NULL */
};

struct commit_options {
    struct io *io;
    const char *directory;
    enum commit_sync sync;
    bool compress;              /* frames by zstd, where it pays */
    uint64_t segment_bytes;     /* a segment that has grown beyond is followed by a new one */
    const char *replication_id; /* of a new log */
    struct commit_listener listener;
};

/* What opening found. */
struct commit_recovery {
    bool created;               /* the directory held no log */
    uint64_t checkpoint;        /* position of the checkpoint; 0 and no file if there is none */
    char checkpoint_file[4096]; /* path, empty if there is none */
    uint64_t end;               /* position at which the log ends */
    uint64_t cut_bytes;         /* of the last file, damaged or half-written, that were cut off */
    char cut_file[256];
};

/* Opens the log of a directory, or makes one. A damaged tail (a frame that was being written when
 * the power went) is cut off; damage anywhere else is ERR_DAMAGED with file, position and remedy in
 * the diag. Nothing is changed when it fails. Locks the directory against a second process. */
int commit_log_open(const struct commit_options *options, struct commit_log **log,
                    struct commit_recovery *found, struct diag *diag);

/* Writes and syncs what is left. A disk that fails is tried a few times more, for less than a
 * second beside what its calls take; then what is not durable is lost. NULL is allowed. */
void commit_log_close(struct commit_log *log);

/* Gives everything from the checkpoint on to `visit`, a frame's records at a time, with the
 * position behind them. Ends early with the error of `visit`. Before commit_log_start. */
int commit_log_replay(struct commit_log *log,
                      int (*visit)(void *context, uint64_t position, struct span records),
                      void *context, struct diag *diag);

/* Begins a new segment and starts the thread: appending is possible from now on. What is left after
 * a failure is to close it; everything that was there still is. */
int commit_log_start(struct commit_log *log, struct diag *diag);

/* Appends records that belong together; returns the position behind them. Any thread. `volatile_`
 * ones take positions, but are not stored; a power cut may take their positions back. */
uint64_t commit_log_append(struct commit_log *log, struct span records);

/* As append, when more will follow at once: what was put is not written before commit_log_kick is
 * called (or a good deal has come together), so that a sync is for many. */
uint64_t commit_log_put(struct commit_log *log, struct span records);
void commit_log_kick(struct commit_log *log);

uint64_t commit_log_append_volatile(struct commit_log *log, struct span records);

/* The position behind everything appended, and behind everything durable. Any thread. */
uint64_t commit_log_position(const struct commit_log *log);
uint64_t commit_log_durable(const struct commit_log *log);

/* Waits until everything appended by now is durable, or the log has failed. 0 or the error. */
int commit_log_flush(struct commit_log *log, struct diag *diag);

/* True while nothing gets durable; *why is filled in. Any thread. */
bool commit_log_has_failed(const struct commit_log *log, struct diag *why);

/* Settings that may change while it runs. Any thread. */
void commit_log_set_sync(struct commit_log *log, enum commit_sync sync);
void commit_log_set_compress(struct commit_log *log, bool compress);
/* everysec and no: pause syncing (no-appendfsync-on-rewrite). */
void commit_log_pause_sync(struct commit_log *log, bool paused);

/* --- Checkpoints. */

/* Ends the current segment at the position of everything appended by now, which it returns. The
 * exclusive section in which the checkpoint's process is forked. */
uint64_t commit_log_mark(struct commit_log *log);

/* The path that the checkpoint of a position is to have, complete and synced, before it is
 * installed. Write it beside and rename it: the one in force may be of the same position. `path`
 * has `size` bytes. */
void commit_log_checkpoint_path(const struct commit_log *log, uint64_t position, char *path,
                                size_t size);

/* Makes it the checkpoint recovery begins from, and removes what is older. Waits until everything
 * appended is durable and all marks are carried out. Any thread that may wait. 0; ERR_RANGE for a
 * position that is older than the checkpoint there is, or was never reached; or what the disk says:
 * then nothing has been removed, and the file has to stay where it is, for recovery may begin from
 * it or from the old one. What is of no use is removed at the next start. */
int commit_log_install(struct commit_log *log, uint64_t position, struct diag *diag);

/* --- Facts, for INFO. */

struct commit_facts {
    uint64_t position, durable, checkpoint;
    uint64_t disk_bytes;   /* of checkpoint and segments */
    uint64_t base_bytes;   /* of the checkpoint */
    uint64_t stored_bytes; /* frames written since the start */
    uint64_t record_bytes; /* what they hold */
    uint64_t syncs, frames;
    uint64_t pending_bytes; /* appended and not durable */
    uint64_t last_sync_us;  /* how long the last sync took */
    uint64_t delayed_syncs; /* that took longer than two seconds */
    unsigned segments;
};
void commit_log_facts(const struct commit_log *log, struct commit_facts *facts);
const char *commit_log_id(const struct commit_log *log); /* replication id */

/* --- Reading what was logged, while it runs or without a server: replicas, millstream-check. */

struct commit_reader;

/* From the frame that holds `position` (0: the oldest there is) on. ERR_MISSING if that is no
 * longer there. `directory` may be another process's; nothing is locked or changed. What it gives
 * may be ahead of what is durable: whoever minds compares with commit_log_durable. */
int commit_reader_open(struct io *io, const char *directory, uint64_t position,
                       struct commit_reader **reader, struct diag *diag);

struct commit_frame {
    uint64_t begin, end; /* positions */
    int64_t written_ms;  /* Unix time */
    struct span records; /* good until the next call */
    const char *file;
    uint64_t file_at;     /* bytes in the file where the frame begins */
    uint64_t stored_size; /* bytes there */
    bool compressed;
};

/* 0 with a frame; ERR_MISSING at the end (more may come); ERR_RANGE when what comes next has been
 * removed by a checkpoint before it was read; ERR_DAMAGED. */
int commit_reader_next(struct commit_reader *reader, struct commit_frame *frame, struct diag *diag);
void commit_reader_free(struct commit_reader *reader);

#endif
