/* tracking.h - client-side caching: who has read which key, and how he learns that it changed.
 *
 * A connection with CLIENT TRACKING ON is a tracker. Without BCAST each key it reads is put down in
 * the table, in the part of the key's shard, guarded by the shard's lock; the first change takes
 * the key out and tells its trackers. With BCAST nothing is put down, but every changed key whose
 * name begins with one of the tracker's prefixes is told. Names are tracked whatever the database.
 *
 * Order. An invalidation never overtakes the reply that carried the value:
 *  - The reader's reply is in its session's output before its shard is released: handlers write
 *    there, and the key is put down under the same lock. Whoever changes the key holds the shard
 *    after that, and posts a message to the reader's reactor. That reactor delivers messages
 *    between commands, behind what is in the output. Also when they share a reactor.
 *  - The reply of a parked reader, served by whichever thread, is a message as well. wait.c posts
 *    it as soon as it is made, the shards held, when the reader is a tracker: so before any
 *    invalidation, and a reactor delivers in the order of posting (reactor_post sees to that for
 *    what it posts to itself).
 *  - What a connection changes itself is delivered when its command has written its reply.
 *  - With REDIRECT the message goes to the reader's reactor first and from there to the other
 *    one: so the reply is in the reader's output before the message is in the other
 *    connection's. Which of the two sockets the client reads first is beyond us (and Redis).
 *  - Messages between two reactors stay in order, so the invalidations of one key do too.
 * An invalidation that comes late (the key was read again meanwhile) costs the client one read.
 *
 * Everything about a tracker except its counter of references belongs to its session's reactor, or
 * to whoever is exclusive: messages say what happened, and the receiver decides what it means. */
#ifndef MS_BROKER_TRACKING_TRACKING_H
#define MS_BROKER_TRACKING_TRACKING_H

#include "core/bytes/span.h"
#include "core/command/request.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command;
struct reactor;
struct server;
struct session;
struct tracking;
struct tracking_prefix;

enum tracker_flag {
    TRACKER_ON = 1 << 0,
    TRACKER_BCAST = 1 << 1,
    TRACKER_OPTIN = 1 << 2,
    TRACKER_OPTOUT = 1 << 3,
    TRACKER_NOLOOP = 1 << 4,
    TRACKER_CACHING = 1 << 5, /* CLIENT CACHING YES or NO, for the next command */
    TRACKER_BROKEN = 1 << 6,  /* the connection to redirect to is gone */
};

enum {
    TRACKER_PREFIXES_LIMIT = 1024
};

/* One for each connection that tracks or that others redirect to. Lives on, without its session,
 * while the table or a message refers to it. */
struct tracker {
    atomic_uint references;
    struct reactor *home;
    uint64_t id;                       /* of the connection */
    struct session *session;           /* home; NULL once it is gone */
    unsigned flags;                    /* home; enum tracker_flag */
    struct tracker *redirect;          /* home; NULL: none */
    struct tracking_prefix **prefixes; /* home; in order of their names */
    size_t prefix_count;
    size_t prefix_bytes; /* home; of their names, and what they need */
};

struct tracking *tracking_new(void);

/* No session is left. */
void tracking_free(struct tracking *tracking);

/* --- Trackers. The session's thread, or exclusive. */

/* The session's tracker, made on first use. */
struct tracker *tracker_get(struct session *session);

/* NULL is allowed. */
void tracker_keep(struct tracker *tracker);
void tracker_release(struct tracker *tracker);

/* Stops tracking; prefixes and redirection are forgotten. NULL is allowed. */
void tracker_stop(struct tracking *tracking, struct tracker *tracker);

/* Adds a prefix (copied) to a tracker with BCAST; nothing happens if it has it. */
void tracker_add_prefix(struct tracking *tracking, struct tracker *tracker, struct span prefix);

struct span tracking_prefix_name(const struct tracking_prefix *prefix);

/* The connection redirected to; 0: none; -1: it does not track. NULL is allowed. */
int64_t tracker_redirect_id(const struct tracker *tracker);

/* Bytes it takes, with its prefixes. NULL is allowed. */
static inline size_t tracker_memory(const struct tracker *tracker)
{
    return tracker ? sizeof(*tracker) + tracker->prefix_bytes : 0;
}

/* True if what the connection reads now is to be put down. */
bool tracker_remembers(const struct tracker *tracker);

/* The session is freed. */
void tracking_session_gone(struct session *session);

/* The session's command `command` (NULL: none was found) is over: what CLIENT CACHING said holds no
 * longer, and messages to this reactor's own sessions are delivered. */
void tracking_after_command(struct session *session, const struct command *command);

/* --- The table. The request's shards are held. */

/* Puts down the keys of a call that has just been run, if the session is to track them. */
void tracking_remember(struct session *session, const struct command *command, struct request *rq);

/* The same for a tracker that is known to remember, in any thread. */
void tracking_remember_for(struct reactor *reactor, struct tracker *tracker,
                           const struct command *command, struct request *rq);

/* A key changed (or databases were, with everything held): tells those who have read it. `source`:
 * whose call it was, or NULL. A branch if nobody has read a key of the shard. */
void tracking_effect(struct reactor *reactor, struct request *rq, const struct effect *effect,
                     struct tracker *source);

/* Puts down the names that a call has changed, if there are trackers with BCAST. */
void tracking_collect(struct reactor *reactor, const struct effect *effect);

/* Tells the names put down since the last time to trackers with BCAST: one message a prefix. */
void tracking_broadcast(struct reactor *reactor, struct tracker *source);

/* --- Care and numbers. */

/* Takes out keys of this reactor's shards while there are more than tracking-table-max-keys.
 * Nothing is held. */
void tracking_cron(struct reactor *reactor);

struct tracking_counts {
    size_t keys, items, prefixes;
};

/* Exclusive. */
void tracking_count(const struct server *server, struct tracking_counts *counts);

#endif
