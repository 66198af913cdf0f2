/* wait.h - parked sessions: who waits for which key, and in what order they are tried.
 *
 * A waiter is a call that had nothing to give yet, with everything needed to run it again. Each of
 * its keys has a queue; a queue has lanes (struct wait_on in core/command/request.h); a lane has
 * one list per wait kind, in the order in which its waiters are to be tried. The first of a list
 * that gets nothing ends the walk of that list, so a wake-up costs what it delivers.
 *
 * A waiter is linked, tried and unlinked only with all its keys' shards held, so its state changes
 * under those locks; the state is atomic all the same because its own reactor looks at it
 * (relaxed: what matters was written under the locks it then takes). Memory: a waiter has one
 * reference from its session and one while it is linked or served. */
#ifndef MS_BROKER_WAIT_WAIT_H
#define MS_BROKER_WAIT_WAIT_H

#include "broker/acl/acl.h"
#include "broker/net/inbox.h"
#include "broker/persistence/persistence.h"
#include "core/bytes/buffer.h"
#include "core/command/command.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct command;
struct loop_timer;
struct reactor;
struct server;
struct tracker;
struct session;
struct wait_lane;
struct wait_table;

enum waiter_state {
    WAITER_PARKED,
    WAITER_DONE
};

struct waiter_place { /* a waiter's place in one list of one lane */
    struct waiter *waiter;
    struct wait_lane *lane;
    enum wait_kind kind;
    uint64_t threshold[2];
    struct waiter_place *next, *previous;
};

struct waiter {
    struct inbox_message message; /* carries the reply to the session's reactor */
    atomic_int state;
    atomic_int references;
    uint64_t number; /* order of parking, over the whole server */
    struct reactor *home;
    struct session *session; /* home only; NULL once the session is gone */
    const struct command *command;
    int db, protocol;
    unsigned request_flags;
    struct acl_user *user;   /* of the session, referenced */
    struct tracker *tracker; /* of the session, referenced; NULL: none */
    bool remembers;          /* what it is served is tracked */
    size_t argc;
    struct span *argv; /* own copies; in one block with the waiter and its places */
    uint64_t shards;
    size_t place_count;
    struct waiter_place *places;
    int64_t deadline_ms;      /* 0: none */
    struct loop_timer *timer; /* home only: the deadline or the retry, whichever is first */
    int64_t retry_at_ms;      /* 0: none; guarded by the shards */
    struct buffer reply;      /* once done */
    bool failed;              /* the reply is an error */
    struct acl_denial denial; /* why it was refused, once done, to be noted at home */
    uint64_t took_ns;         /* of running the call, the time it waited not counted */
    struct gate gate;         /* what the reply shows: when it may leave */
};

struct wait_table *wait_table_new(void);
void wait_table_free(struct wait_table *table);

/* Parks the session of a request that asked for it. The request's shards are held. */
void wait_park(struct reactor *reactor, struct session *session, struct request *rq,
               const struct command *command);

/* True while the session waits: not any more from the moment its waiter is served, wherever that
 * is. In its thread, or exclusive. */
bool wait_is_parked(const struct session *session);

enum wait_interest {
    NOBODY_WAITS,
    READERS_WAIT, /* who waits reads and takes nothing: WAIT_READ */
    TAKERS_WAIT,  /* somebody would take something */
};

/* Who waits at the key. Its shard is held. */
enum wait_interest wait_interest(const struct wait_table *table, const struct key *key);

/* Tries the waiters of a key in order, as the current reactor. No shard is held; the world is not
 * stopped. May make further keys ready (dispatch_ready). */
void wait_serve(struct reactor *reactor, const struct key *key);

/* Makes every key somebody waits at in database `db` (-1: all) ready. Exclusive. */
void wait_ready_all(struct reactor *reactor, int db);

enum wait_end {
    WAIT_END_TIMEOUT,
    WAIT_END_UNBLOCK_ERROR,
    WAIT_END_ROLE_CHANGED, /* the UNBLOCKED error of a primary that follows another now */
    WAIT_END_GONE
};

/* Ends a session's waiting: answers as on timeout, with the UNBLOCKED error, or not at all (the
 * session goes). False if its reply is on the way already. Home thread without shards held, or
 * exclusive. */
bool wait_end(struct session *session, enum wait_end how, bool exclusive);

/* Counts for INFO. Exclusive. */
struct wait_counts {
    uint64_t keys;            /* keys somebody waits at */
    uint64_t keys_on_missing; /* of those, for commands that wake when the key goes */
    uint64_t waiters;         /* parked sessions */
};
void wait_count(const struct wait_table *table, struct wait_counts *counts);

#endif
