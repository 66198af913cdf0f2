/* replicated.h - the log as what replicas get, and as what a primary sends.
 *
 * With `appendonly yes` that is the log itself. Without, there is a log for replicas alone, in a
 * directory beside where the log would be, from the moment on that somebody follows or is followed:
 * it is never synced, nobody's reply waits for it, and it is forgotten at the next start. In front
 * of either is a backlog in memory while there are replicas. */
#ifndef MS_BROKER_PERSISTENCE_REPLICATED_H
#define MS_BROKER_PERSISTENCE_REPLICATED_H

#include "broker/persistence/persistence.h"
#include "storage/log/commit_log.h"

#include <stdbool.h>
#include <stdint.h>

struct backlog;

/* The log that replicas get, NULL while there is none. Fixed but in exclusive sections. */
struct commit_log *persistence_stream(const struct persistence *self);

/* Its directory, borrowed until the next change. */
const char *persistence_stream_directory(const struct persistence *self);

/* Makes one if there is none. Exclusive. 0, or what the disk says. */
int persistence_need_stream(struct persistence *self, struct diag *diag);

/* Where the next record goes, and up to where everything is durable; 0 without a log. Any thread.
 */
uint64_t persistence_position(const struct persistence *self);
uint64_t persistence_durable(const struct persistence *self);

/* Up to where a power cut takes nothing, whatever appendfsync makes of `durable`; 0 for a log that
 * is for replicas alone. Any thread. */
uint64_t persistence_synced(const struct persistence *self);

/* A checkpoint of the stream is to be written as soon as can be; followers_checkpoint_done says
 * when. Exclusive. */
void persistence_want_checkpoint(struct persistence *self);

/* A child writes all there is now into a pipe, as an RDB file, `complete` one of our own: *fd, the
 * caller's, is where it can be read, *position where the stream goes on behind it;
 * followers_transfer_done says how it ended. Exclusive. 0; ERR_EXISTS while a child works already;
 * or what the system says. */
int persistence_transfer(struct persistence *self, bool complete, int *fd, uint64_t *position,
                         struct diag *diag);

/* Nobody wants it any more. Reactor 0, or exclusive. */
void persistence_end_transfer(struct persistence *self);

/* Reactors whose sessions' output waits look again whether it may leave. Any thread. */
void persistence_wake(struct persistence *self);

/* The newest of the stream, in memory: from now on, or no longer. Exclusive. */
void persistence_begin_backlog(struct persistence *self, size_t limit);
void persistence_end_backlog(struct persistence *self);
struct backlog *persistence_backlog(const struct persistence *self); /* NULL: none */

/* A message to the replicas that is on no disk; nothing without a backlog. Only as a primary. A
 * reactor's thread. */
void persistence_say(struct persistence *self, struct reactor *reactor, struct span bytes);

/* What a primary has sent, as it came: records that are done and whose shards are held, or a
 * message (volatile_). `db` is the database chosen by now. Returns the position behind it. A
 * reactor's thread. */
uint64_t persistence_follow(struct persistence *self, struct reactor *reactor, uint64_t shards,
                            struct span bytes, int db, bool volatile_);

/* The database that the stream's next record is for, unless it says another one. Exclusive. */
int persistence_stream_db(const struct persistence *self);

/* The next record of our own says its database. When a promotion makes a primary. Exclusive. */
void persistence_forget_db(struct persistence *self);

/* Positions of messages at the end are taken back, as far as nothing on the disk follows them. True
 * if there were any: replicas have had them. Exclusive. */
bool persistence_rewind(struct persistence *self);

/* Positions of messages at the end stay, whatever happens to this process: a record that changes
 * nothing follows them in the log, durable when this returns 0. Only as a primary. Exclusive; waits
 * for the disk. */
int persistence_keep_messages(struct persistence *self, struct diag *diag);

/* The log was there before this start. Others may know its history, and go on with it: whom this
 * server followed; replicas, which have more if it was not closed in good order, or if it is an old
 * copy. So what a primary appends now needs a name of its own. After loading. */
bool persistence_has_past(const struct persistence *self);

/* Before the data becomes another than what was logged leads to: a backup that is being made fails.
 * Exclusive; waits for the workers. */
void persistence_give_up_backup(struct persistence *self);

/* The log begins anew with the keyspace as it is. Exclusive; waits for the disk. */
int persistence_checkpoint_here(struct persistence *self, struct commit_log *log,
                                struct diag *diag);

/* --- A snapshot from a primary. */

/* Where it is to be put: each at a place of its own, which the log's next start clears away. The
 * world lock is held. */
void persistence_snapshot_path(struct persistence *self, char *path, size_t size);

/* Everything goes and the server is loading; the file is read by a thread that is the world's
 * reactor behind the last one, which calls `meanwhile` often; then it is loading no longer, with
 * nothing in it unless `ok`. The first and the last one exclusive. Reading gives 0 with the
 * database that the stream goes on in, or an error with the reason. */
void persistence_begin_snapshot(struct persistence *self, bool lazy);
int persistence_read_snapshot(struct persistence *self, const char *path,
                              void (*meanwhile)(void *context), void *context, int *db,
                              struct diag *diag);
void persistence_end_snapshot(struct persistence *self, bool ok);

/* The same with the old data in place until the new is there: it is read into memory beside, by any
 * thread, with a configuration of its own, calling `meanwhile` about every megabyte, which says
 * whether to go on. NULL with the reason. Then the two change places (exclusive; an error is about
 * a function, the data is in place then), and what was there goes with received_free, which takes
 * its time. */
struct received;
struct received *persistence_read_beside(struct persistence *self, const struct config *config,
                                         const char *path, bool (*meanwhile)(void *context),
                                         void *context, struct diag *diag);
int persistence_put_in_place(struct persistence *self, struct received *received, int *db,
                             struct diag *diag);
void received_free(struct received *received); /* NULL is allowed */

/* Puts a new log in the place of the one there is: the keyspace has just been read from `snapshot`,
 * an RDB file in persistence_stream_directory, and is what the primary had at `position`. The file
 * becomes the checkpoint, or goes (without appendonly). 0, or what the disk says: then the old log
 * is still the one on the disk, and this server has none until it has been tried again. Exclusive.
 */
struct commit_history;
int persistence_adopt(struct persistence *self, const struct commit_history *history,
                      uint64_t position, int db, const char *snapshot, struct diag *diag);

#endif
