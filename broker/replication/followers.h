/* followers.h - the servers that follow this one: their sessions, where each is in the stream, what
 * it has acknowledged, and who waits for that.
 *
 * A session becomes a replica's by PSYNC or SYNC and stays on its reactor. What it is sent comes
 * from the backlog in memory while it keeps up, else from the log on disk, which a thread of its
 * own reads ahead of it by a bounded piece. A full synchronisation sends the log's checkpoint and
 * goes on from its position; or, with repl-diskless-sync, what a child writes into a pipe. */
#ifndef MS_BROKER_REPLICATION_FOLLOWERS_H
#define MS_BROKER_REPLICATION_FOLLOWERS_H

#include "core/bytes/buffer.h"
#include "core/command/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct followers;
struct reactor;
struct replication;
struct session;

struct followers *followers_new(struct replication *replication);
void followers_stop(struct followers *self); /* threads end; see replication_stop */
void followers_free(struct followers *self);

/* --- Sending. */

/* The stream has grown: reactors with replicas have something to send. A reactor at the end of its
 * round; cheap when there are none. */
void followers_wake(struct followers *self, struct reactor *reactor);

/* Sends the reactor's replicas what is new. The end of its round. */
void followers_flush(struct reactor *reactor);

/* What a replica's session is to be sent next: called by session_flush when its own output is
 * empty. Bytes written, 0 if there is nothing or the socket is full (then *full), or an error: the
 * session is to be closed. */
long followers_write(struct session *session, bool *full);

/* The session goes. Its reactor. */
void followers_session_gone(struct session *session);

/* A checkpoint of the log is in force, or failed to become so. Reactor 0's cron. */
void followers_checkpoint_done(struct followers *self, bool ok);

/* The child of persistence_transfer has ended. Reactor 0, or exclusive. */
void followers_transfer_done(struct followers *self, bool ok);

/* The log is durable up to there. Its thread. */
void followers_durable(struct followers *self, uint64_t position);

/* All replicas are let go, to come back: the history has changed. Exclusive. */
void followers_drop_all(struct followers *self, const char *why);

void followers_cron(struct followers *self); /* reactor 0, ten times a second */
void followers_configure(struct followers *self);

/* --- What they have. */

size_t followers_count(const struct followers *self); /* any thread; a hint */

/* Replicas online whose last acknowledgement is no older than min-replicas-max-lag. Any thread. */
size_t followers_good(const struct followers *self);

/* With sync-replicas: everything below has been said to be on the disks of that many; UINT64_MAX
 * without. Any thread. Part of the gate in front of replies. */
uint64_t followers_synced(const struct followers *self);

/* With sync-replicas-on-timeout refuse: they have been missing for too long. Any thread. */
bool followers_are_missing(const struct followers *self);

/* --- Commands. Exclusive. */

/* PSYNC (`id` and the position of the next byte that is wanted) or SYNC (id NULL): the session
 * becomes a replica's, or the reply is why not. */
void followers_sync(struct session *session, const struct span *id, int64_t position,
                    struct reply *out);

/* --- INFO and ROLE. Exclusive. */

void followers_info(const struct followers *self, struct buffer *out); /* connected_slaves, ... */
void followers_role(const struct followers *self, struct reply *out);  /* ROLE of a primary */
bool followers_is_replica(const struct session *session);              /* CLIENT LIST's flag S */

/* Figures. */
uint64_t followers_sent_bytes(const struct followers *self); /* any thread */
struct followers_totals {
    uint64_t full, partial_ok, partial_err; /* synchronisations */
    size_t backlog_bytes;                   /* of memory */
    size_t buffer_bytes; /* the backlog and what is read from the disk for single replicas */
};
void followers_totals(const struct followers *self, struct followers_totals *totals);

#endif
