/* persistence.h - what the broker does about the disk: every change goes to the commit log before
 * its shards are let go; replies and reads wait until what they show is durable; at start
 * everything is read back.
 *
 * The gate (appendfsync always). A shard knows the position of its last change. A session's output
 * waits for the greatest position of the shards its commands have held; what it has read counts
 * less than what it has written: when the disk fails, readers are let through and writers are not.
 */
#ifndef MS_BROKER_PERSISTENCE_PERSISTENCE_H
#define MS_BROKER_PERSISTENCE_PERSISTENCE_H

#include "broker/config/config.h"
#include "core/base/diag.h"
#include "core/command/request.h"
#include "storage/log/commit_log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct persistence;
struct reactor;
struct server;
struct session;

struct persistence *persistence_new(struct server *server);
void persistence_free(
    struct persistence *self); /* writes and syncs what is left; NULL is allowed */

/* Reads back what is on the disk, log or RDB file or what a Redis has left, in a thread of its own
 * while reactors answer -LOADING; then opens for writing, and says that the server is ready. What
 * goes wrong ends the server. Before the reactors run. */
void persistence_start(struct persistence *self);

/* Waits for the loading thread to end. After the reactors have. */
void persistence_stop(struct persistence *self);

/* The log, NULL while there is none. Fixed but in exclusive sections. */
struct commit_log *persistence_log(const struct persistence *self);

/* Changes are logged: requests are to say what is to be logged instead of them. */
bool persistence_is_logging(const struct persistence *self);

/* Puts down what a request has changed, to be logged together with what follows by
 * persistence_commit. Its shards are held, until then. */
void persistence_collect(struct persistence *self, struct reactor *reactor,
                         const struct request *rq);

/* Logs what was put down as one. True if there was something. */
bool persistence_commit(struct persistence *self, struct reactor *reactor);

/* Forgets what was put down. */
void persistence_drop(struct persistence *self, struct reactor *reactor);

/* The reactor has run what it had to run: what it has logged is written now. */
void persistence_kick(struct persistence *self, const struct reactor *reactor);

/* Bytes put down so far. */
size_t persistence_collected(const struct persistence *self, const struct reactor *reactor);

/* --- The gate. */

/* A session's output until when it has to wait. */
struct gate {
    uint64_t written, read; /* positions */
};

/* Notes what a request that held these shards has shown. The shards are held. */
void persistence_note(const struct persistence *self, struct gate *gate, const struct request *rq);

/* True if the output may leave. */
bool persistence_is_open(const struct persistence *self, const struct gate *gate);

static inline void gate_join(struct gate *gate, const struct gate *other)
{
    if (other->written > gate->written)
        gate->written = other->written;
    if (other->read > gate->read)
        gate->read = other->read;
}

/* The reactor has output that waits, or none: it is woken when the log gets on. Its thread. */
void persistence_set_waiting(struct persistence *self, struct reactor *reactor, bool waiting);

/* --- Failures. */

/* Why a write is refused now; NULL if it is not. Static or the reactor's until the next call. */
const char *persistence_refusal(struct persistence *self, const struct reactor *reactor);

/* --- DEBUG RELOAD and LOADAOF. Exclusive. On failure the keyspace may be empty or half read. What
 * is not the data that there was, log and replicas get anew. */
int persistence_reload(struct persistence *self, bool save, bool flush, struct diag *diag);
int persistence_reload_log(struct persistence *self, struct diag *diag);

/* --- Settings and work in between. */

/* Ends in an orderly way: the log is durable and, if `save`, the RDB file written. 0, or the reason
 * why it can't be. Exclusive. */
int persistence_settle(struct persistence *self, bool save, struct diag *diag);

/* True if `save` names any points, so that a shutdown writes the RDB file. */
bool persistence_has_save_points(const struct persistence *self);

/* Bytes of records that are not durable yet. Exclusive. */
uint64_t persistence_pending_bytes(const struct persistence *self);

/* Changes made since the start. */
uint64_t persistence_changes(const struct server *server);

/* How often and how long threads have waited for the locks under which the log is appended to: for
 * each other, or for its thread. Not for the disk: there is no limit at which who appends waits for
 * it, and replies that do hold up no thread. */
struct waits *persistence_log_waits(struct persistence *self);

/* CONFIG SET of appendonly and its like has taken effect. Exclusive. */
void persistence_configure(struct persistence *self);

/* Children, automatic rewrites and saves. Reactor 0, ten times a second. */
void persistence_cron(struct persistence *self);

#endif
