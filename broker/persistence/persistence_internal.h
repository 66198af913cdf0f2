/* persistence_internal.h - the parts of persistence: recording (persistence.c), reading back
 * (load.c, replay.c), children that write files (snapshot.c), backups (backup.c). */
#ifndef MS_BROKER_PERSISTENCE_PERSISTENCE_INTERNAL_H
#define MS_BROKER_PERSISTENCE_PERSISTENCE_INTERNAL_H

#include "broker/config/config.h"
#include "broker/persistence/backup.h"
#include "broker/persistence/child_progress.h"
#include "broker/persistence/persistence.h"
#include "broker/persistence/replay.h"
#include "broker/net/inbox.h"
#include "broker/reactor/reactor.h"
#include "core/bytes/buffer.h"
#include "core/hash/key_hash.h"
#include "core/hash/random.h"
#include "core/time/waits.h"

#include <pthread.h>
#include <sys/types.h>

enum persistence_job {
    JOB_NONE,
    JOB_REWRITE, /* a checkpoint of the log */
    JOB_SAVE,    /* an RDB file */
    JOB_TRANSFER /* an RDB file into a pipe, for replicas */
};

/* The child process that writes a file; changed in exclusive sections and by reactor 0's cron. */
struct snapshot_child {
    enum persistence_job job;
    pid_t pid;
    struct commit_log *log; /* that gets the checkpoint */
    uint64_t position;      /* of the checkpoint */
    uint64_t changes;       /* noted when it began, to be taken off when it succeeds */
    int64_t started_ms;
    char path[4096], temporary[4096 + 8];
    int pipe[2]; /* JOB_TRANSFER: where it writes to, as read and written */
};

/* Records being put together: those after HEAD_ROOM bytes of `out`. */
struct recording {
    struct buffer out;
    int first_db, db; /* of the first and the last record */
    size_t count;
    uint64_t shards; /* held while they are put together */
    bool kick;       /* the log has something that it has not been told to write */
};

struct persistence {
    struct server *server;
    /* NULL while there is none. Changed in exclusive sections; atomic for the thread of side_log.
     */
    struct commit_log *_Atomic log;
    _Atomic uint64_t longest_sync_us; /* since the cron looked last; relaxed, a figure only */
    /* Of a backup that is being made without a log; NULL but for that. Everything is recorded in it
     * too, and nobody waits for it. Changed in exclusive sections. */
    struct commit_log *backup_log;
    /* What replicas get when `log` is NULL, and somebody follows or is followed: see replicated.h.
     * Changed in exclusive sections. */
    struct commit_log *side_log;
    char side_directory[4096];
    struct backlog *backlog; /* NULL while there are no replicas; changed in exclusive sections */
    struct backup *backup;
    struct commit_log *opening; /* the loading thread's, until everything is read */
    pthread_t loader;
    bool loader_started;
    bool has_past;   /* the log that was read is not of this start */
    int load_result; /* of the loading thread, with `load_diag`; read by reactor 0 once it is posted
                      */
    struct diag load_diag;
    struct inbox_message loaded; /* from the loading thread to reactor 0 */

    /* Order: the shards of the records, then this, then the log's own lock. */
    pthread_mutex_t lock;
    struct waits log_waits; /* for it, and for the logs' own */
    int db;                 /* of the record logged last; -1: the next one says it */
    int loaded_db;          /* the loading thread's: of what would follow what it has read */

    /* Position of the last change in each shard; guarded by the shard, relaxed for that reason. */
    _Atomic uint64_t positions[KEY_SHARDS];
    struct recording recordings[REACTORS_LIMIT + 1]; /* each reactor's own */
    char refusal[REACTORS_LIMIT + 1][DIAG_TEXT_LIMIT + 128];
    /* Reactors that have output waiting. Sequentially consistent with `durable`: either the log's
     * thread sees the flag, or the reactor sees the position. */
    atomic_bool waiting[REACTORS_LIMIT];
    atomic_bool failed; /* the log's thread says so; a hint for the hot path, relaxed */

    unsigned long long
        snapshots_received; /* or begun to be: the link's thread with the world lock */
    struct snapshot_child child;
    struct child_progress *progress;                /* of the child, or of the last one */
    uint64_t last_save_copied, last_rewrite_copied; /* bytes of pages, at their peak */
    bool rewrite_scheduled, save_scheduled;
    bool transfer_complete;    /* of the next JOB_TRANSFER: with everything we know */
    bool install_running;      /* a worker installs a checkpoint */
    bool install_for_backup;   /* and the backup gets it, too */
    atomic_int install_result; /* 0: not yet, 1, or -1; released by the worker, acquired by cron */
    struct {
        int64_t seconds, changes;
    } save_points[CONFIG_SAVE_POINTS_LIMIT];
    size_t save_point_count;
    bool last_rewrite_ok;
    atomic_bool last_save_ok; /* every reactor looks at it before a write; relaxed */
    uint64_t rewrites, saves;
    unsigned rewrite_failures, save_failures; /* in a row */
    uint64_t loaded_from_rdb, loaded_expired; /* keys */
    int64_t last_rewrite_ms, last_save_ms;    /* how long they took; -1: none yet */
    int64_t last_try_ms;
    uint64_t rewrite_base_bytes; /* of the log when it was last rewritten */

    /* Loading; written by the loading thread, read for INFO: relaxed. */
    _Atomic uint64_t loading_bytes, loading_of, loaded_keys;
    int64_t loading_since_ms;
    void (*meanwhile)(void *context); /* called while a snapshot is loaded, if not NULL */
    void *meanwhile_context;
    uint64_t last_progress_us, last_pause_us;
};

/* An id for a log that is about to be made. No two have the same: a position means something only
 * with the id of what is there. Borrowed until the next call; INFO says it while there is no log.
 */
const char *persistence_new_id(struct persistence *self);

/* Of the log in the configured directory, and who listens to the one for replicas alone. */
struct commit_options persistence_log_options(struct persistence *self);
struct commit_listener persistence_side_listener(struct persistence *self);

/* The shards, which are held, have changed last at `position`. */
void persistence_note_position(struct persistence *self, uint64_t shards, uint64_t position);

/* Another log, whose positions have nothing to do with those before: nobody waits for these any
 * more. Exclusive. */
void persistence_forget_positions(struct persistence *self);

/* The stream is the log in the configured directory, not one for replicas alone; or will be, if
 * there is none just now. What `appendonly` says may not have taken effect yet. */
bool persistence_uses_log(const struct persistence *self);

/* Opens the commit log in the configured directory. */
int persistence_open_log(struct persistence *self, struct commit_recovery *found,
                         struct diag *diag);

/* Lets the reactors have a turn while data is being loaded, and says now and then how far it is.
 * False if the server is to stop. */
bool persistence_loading_pause(struct persistence *self);

/* Reads an RDB file into the empty keyspace; `loaded_db` is where what follows it goes on. */
int persistence_load_rdb(struct persistence *self, const char *path, bool keep_expired,
                         struct diag *diag);

/* Of an RDB file that is read, for struct rdb_load: the context is the struct persistence, whose
 * `loaded_db` has been set to 0. */
void persistence_on_aux(void *context, struct span name, struct span value);
int persistence_on_function(void *context, struct span code, struct diag *diag);

/* Takes over what a Redis has left in the directory: its append only files, or else its RDB file.
 * *found says whether there was anything. */
int persistence_import(struct persistence *self, bool *found, struct diag *diag);

/* Writes a checkpoint of the keyspace at `position`, whole and synced, and installs it. The
 * keyspace must not change meanwhile. */
int persistence_checkpoint_now(struct persistence *self, struct commit_log *log, uint64_t position,
                               struct diag *diag);

/* Writes the RDB file of the configuration in this process. The keyspace must not change meanwhile.
 */
int persistence_save_now(struct persistence *self, struct diag *diag);

/* Starts a child. The world is stopped. 0, ERR_EXISTS if one runs already, or an error. */
void snapshot_kill(struct persistence *self); /* ends the child, if there is one */
int snapshot_start(struct persistence *self, enum persistence_job job, struct diag *diag);

#endif
