/* commit_log.h - the one ordered log of everything that changes data: durability, replication and
 * recovery read from it. A directory holds it:
 *
 *   manifest                    which checkpoint and which segments are valid; replaced in one step
 *   checkpoint-<position>.rdb   the keyspace at that position; none at first
 *   <first position>.log        segments: frames one behind the other (frame.h, segment.h)
 *
 * Positions count bytes of records ever appended and are the replication offset: a replica's log
 * has the primary's records at the same positions. Records are RESP arrays of bulk strings, as on
 * the wire; what belongs together is appended by one call and stays together in one frame: recovery
 * finds all of it or none.
 *
 * Threads. Any thread appends, to memory, under a lock of the log's own (a leaf). One thread writes
 * frames and syncs; with everysec and no, who kicks it may write them. Opening, replaying and
 * closing are the main thread's while nothing else runs.
 */
#ifndef MS_STORAGE_LOG_COMMIT_LOG_H
#define MS_STORAGE_LOG_COMMIT_LOG_H

#include "core/base/diag.h"
#include "core/bytes/span.h"
#include "core/time/waits.h"
#include "storage/io/io.h"
#include "storage/log/history.h"

#include <stdbool.h>
#include <stdint.h>

struct commit_log;

enum commit_sync {
    COMMIT_ALWAYS,   /* durable means synced */
    COMMIT_EVERYSEC, /* durable means written; synced about once a second */
    COMMIT_NO,       /* durable means written; the system syncs when it likes */
};

enum {
    COMMIT_RECORD_LIMIT = 1 << 30, /* bytes of one append */
};

/* What the owner hears, from the log's thread or (`durable` alone) from who calls commit_log_kick.
 * None may call back into the log except commit_log_durable. */
struct commit_listener {
    void *context;
    void (*durable)(void *context,
                    uint64_t position); /* everything below is durable; not in order */
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
    struct waits *waits; /* counts who has to wait for the log's lock; NULL: nobody does */
};

/* What opening found. A log goes on behind what is stored: volatile positions at its end are taken
 * back, and after a crash frames that got lost, and others will get these
 * positions. A replica may have seen them under the same id: so the owner gives the history another
 * one then, from `end` on, before anybody follows. */
struct commit_recovery {
    bool created;        /* the directory held no log */
    bool clean;          /* it had been closed in good order, or is new */
    uint64_t checkpoint; /* position of the checkpoint, or where the log begins without one */
    char checkpoint_file[4096]; /* path; empty if there is none, and the keyspace was empty there */
    uint64_t end;               /* position at which the log ends */
    struct commit_history history;
    uint64_t cut_bytes; /* of the last file, damaged or half-written, that were cut off */
    char cut_file[256];
};

/* Opens the log of a directory, or makes one. A damaged tail (a frame that was being written when
 * the power went) is cut off; damage anywhere else is ERR_DAMAGED with file, position and remedy in
 * the diag. Nothing is changed when it fails. Locks the directory against a second process. */
int commit_log_open(const struct commit_options *options, struct commit_log **log,
                    struct commit_recovery *found, struct diag *diag);

/* Writes and syncs what is left, and takes back volatile positions at the end, as commit_log_rewind
 * does. A disk that fails is tried a few times more, for less than a
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
 * called (or a good deal has come together), so that a sync is for many. Kicking wakes the log's
 * thread; but with everysec and no, the caller's thread writes what is little (64 KiB) itself,
 * unless the disk is busy with the log just then: so it may wait for the disk, as long as a write()
 * does. */
uint64_t commit_log_put(struct commit_log *log, struct span records);
void commit_log_kick(struct commit_log *log);

uint64_t commit_log_append_volatile(struct commit_log *log, struct span records);

/* The position behind the last record that is stored, or that must not be taken back otherwise:
 * behind it there are volatile ones only. Any thread. */
uint64_t commit_log_stored(const struct commit_log *log);

/* Takes back the positions of volatile records that nothing stored follows, no checkpoint and no
 * start of the log: others will get them. Returns the position then. Nobody appends meanwhile. */
uint64_t commit_log_rewind(struct commit_log *log);

/* The position behind everything appended, and behind everything durable. Any thread. */
uint64_t commit_log_position(const struct commit_log *log);
uint64_t commit_log_durable(const struct commit_log *log);

/* The position behind everything that is synced, whatever durable means here. Any thread. */
uint64_t commit_log_synced(struct commit_log *log);

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

/* The path of the checkpoint in force; false if there is none. Any thread; the file goes when
 * another is installed. */
bool commit_log_checkpoint_file(const struct commit_log *log, char *path, size_t size);

/* Makes it the checkpoint recovery begins from, and removes what is older and not kept. Waits until
 * everything appended is durable and all marks are carried out. Any thread that may wait. 0;
 * ERR_RANGE for a position that is older than the checkpoint there is, or was never reached; or
 * what the disk says: then nothing has been removed, and the file has to stay where it is, for
 * recovery may begin from it or from the old one. What is of no use is removed at the next start.
 */
int commit_log_install(struct commit_log *log, uint64_t position, struct diag *diag);

/* --- Histories. */

/* Any thread. What commit_log_id returns stays good until the log is closed, and is what the id was
 * when it was asked. */
void commit_log_history(const struct commit_log *log, struct commit_history *history);
const char *commit_log_id(const struct commit_log *log);

/* The same records under another name from now on (a promotion, a primary that was promoted, a
 * start after a crash): a power cut does not take it back once it returns. Any thread that may
 * wait, from commit_log_open on. 0; ERR_RANGE for ids that are none (COMMIT_ID_SIZE letters and
 * digits); or what the disk says. On error nothing has changed, but that after a disk failure the
 * next start may find either, until the log has written its next manifest. */
int commit_log_set_history(struct commit_log *log, const struct commit_history *history,
                           struct diag *diag);

/* Puts a new log in the place of whatever the directory holds (nothing, a log): it begins at
 * `position`, with `checkpoint` as the keyspace there: a path in the directory, complete, best one
 * that ends in ".tmp" (what has no use is removed at a start), not that of the old log's checkpoint
 * in force. The file is synced and gets the name that it is to have. NULL: none, then recovery
 * starts from an empty keyspace. Replaced in one step: a power cut leaves the old one or the new
 * one, and the new one once this has returned 0. No log of the directory is open; who reads the old
 * one is told ERR_RANGE. Waits for the disk.
 *
 * Otherwise ERR_EXISTS (another process has it), ERR_RANGE (history, checkpoint's path),
 * ERR_DAMAGED and ERR_UNSUPPORTED as commit_log_open: then the old one is still there. After a
 * failure of the disk it may be either, and the checkpoint's file may have its new name: open the
 * log to see. */
int commit_log_replace(const struct commit_options *options, const struct commit_history *history,
                       uint64_t position, const char *checkpoint, struct diag *diag);

/* --- What is kept for replicas. */

/* Checkpoints and commit_log_discard leave alone the segments that hold anything from `position`
 * on; UINT64_MAX: none, as at the start. What was kept survives a restart, until the first
 * checkpoint. A backup keeps what it needs beside it. Any thread; never waits for the disk.
 *
 * It may come too late for a checkpoint that is being installed. So who is to read from a position
 * calls this first and commit_log_oldest then: if that is not beyond the position, all from there
 * on stays until it is let go. */
void commit_log_keep(struct commit_log *log, uint64_t position);

/* The position from which a reader can begin now. Any thread. */
uint64_t commit_log_oldest(const struct commit_log *log);

/* A log without checkpoint that serves replicas only: removes closed segments that end at or before
 * `position`, and are not kept; the log begins behind them then. Between start and close, any
 * thread that may wait. 0; ERR_EXISTS if there is a checkpoint; or what the disk says: then nothing
 * has been removed. */
int commit_log_discard(struct commit_log *log, uint64_t position, struct diag *diag);

/* --- Facts, for INFO. */

struct commit_facts {
    uint64_t position, durable, checkpoint;
    uint64_t disk_bytes;   /* of checkpoint and the segments behind it */
    uint64_t kept_bytes;   /* of older segments, for replicas and backups */
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

/* --- Reading what was logged, while it runs or without a server: replicas, millstream-check. */

struct commit_reader;

/* From the frame that holds `position` on, or the next one behind it if there is none (0: the
 * oldest there is). Beyond the end of the log it waits for that position to be reached. ERR_MISSING
 * if it is older than what is there. `directory` may be another process's; nothing is locked or
 * changed. What it gives may be ahead of what is durable: whoever minds compares with
 * commit_log_durable.
 *
 * To begin in a segment its headers are read up to the position, and of what is compressed at most
 * a few MiB are unpacked. It holds one frame and a quarter of a MiB in memory (and the manifest
 * where a segment ends); asking at the end of the log reads the manifest, so who knows that nothing
 * has been added had better not ask.
 *
 * Volatile records are in no frame. Between two frames: the second one's `begin` is beyond the
 * first one's `end`, and the positions between them were volatile. In front of the first frame the
 * same goes for the positions from the one that was asked for up to `begin`. At the end: ask
 * commit_log_durable first, then read until ERR_MISSING: no frame is going to come any more that
 * begins below that position, so what no frame has given up to there was volatile. */
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

/* 0 with a frame; ERR_MISSING at the end (more may come; the diag stays as it was); ERR_RANGE when
 * what comes next has been removed before it was read, or another log has taken its place;
 * ERR_DAMAGED. */
int commit_reader_next(struct commit_reader *reader, struct commit_frame *frame, struct diag *diag);
void commit_reader_free(struct commit_reader *reader);

#endif
