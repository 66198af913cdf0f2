/* followers_internal.h - one replica's state, and what all of them share. The parts: followers.c
 * (the list, sending, INFO), full_sync.c (what a replica is sent that has nothing yet),
 * acknowledge.c (what they have, and who waits for that).
 *
 *   GREETING -> WAITING -> SNAPSHOT -> ONLINE     PSYNC that is granted goes to ONLINE at once
 *                                  \-> SERVED     with REPLCONF rdb-only (redis-cli --rdb)
 *
 * A replica belongs to the reactor of its session, and is changed there or in exclusive sections.
 * What others want to know of it while the world runs is atomic: relaxed, each value is good by
 * itself. Locks: the world's, then `lock`, then a feeder's. */
#ifndef MS_BROKER_REPLICATION_FOLLOWERS_INTERNAL_H
#define MS_BROKER_REPLICATION_FOLLOWERS_INTERNAL_H

#include "broker/net/inbox.h"
#include "broker/net/stream_socket.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/backlog.h"
#include "broker/replication/farewell.h"
#include "broker/replication/feeder.h"
#include "broker/replication/followers.h"
#include "broker/replication/replication.h"
#include "storage/log/commit_log.h"

#include <pthread.h>
#include <stdatomic.h>

struct relay_end;
struct full_sync;
struct waiting;

enum replica_state {
    REPLICA_GREETING, /* says who it is: REPLCONF */
    REPLICA_WAITING,  /* for a snapshot to be made */
    REPLICA_SNAPSHOT, /* is sent one */
    REPLICA_ONLINE,   /* is sent the stream */
    REPLICA_SERVED,   /* wanted no more than the snapshot */
};

enum replica_capability {
    CAPABLE_EOF = 1 << 0,
    CAPABLE_PSYNC2 = 1 << 1,
    CAPABLE_MILLSTREAM = 1 << 2,
};

struct replica {
    struct followers *owner;
    struct session *session;
    struct replica *next, *previous; /* the owner's list; guarded by its lock */
    bool listed;
    unsigned capabilities;             /* enum replica_capability */
    int64_t port;                      /* where it listens, as it says */
    char address[256];                 /* as it says; "": where it comes from */
    bool rdb_only;                     /* wants the snapshot and no stream */
    char (*names)[COMMIT_ID_SIZE + 1]; /* of the history it has, beside the one it asks with */
    size_t name_count;
    bool tells_position; /* it came by PSYNC, and is told where the snapshot is from */

    atomic_int state;   /* enum replica_state */
    struct buffer head; /* to be sent before anything else */
    size_t head_sent;
    bool blocked;                  /* the socket did not take all of what was written last: the rest
                                      has to follow from the same place (TLS has taken it already) */
    struct feeder *feeder;         /* changed under the owner's lock, for the log's thread */
    bool diskless;                 /* waits for a child's snapshot, not for a checkpoint */
    struct relay_end *relay;       /* is sent it */
    struct backlog_cursor cursor;  /* its position is that of the next byte of the stream */
    _Atomic uint64_t needs;        /* the log is kept from here on; UINT64_MAX: nothing of it */
    int64_t said_ms;               /* when something was sent to keep the connection alive */
    _Atomic int64_t since_ms;      /* of the state; relaxed */
    int64_t moved_ms;              /* when the socket last took something */
    char mark[COMMIT_ID_SIZE + 1]; /* behind its snapshot, with `relay` */
    uint64_t round, round_bytes;   /* sent in this round of the loop */

    /* What it has said: written by its reactor, read by anybody. */
    _Atomic uint64_t acked, durable;
    _Atomic int64_t acked_ms; /* Unix time */
};

struct followers {
    struct replication *replication;
    struct server *server;
    struct feeder_group group;

    pthread_mutex_t lock; /* guards the list, and each replica's feeder */
    struct replica *first, *last;

    atomic_int count;                      /* in the list; a hint */
    atomic_int on_reactor[REACTORS_LIMIT]; /* how many there; a hint, for waking */
    atomic_int good, online;               /* as the cron has found; relaxed */
    uint64_t kept; /* the log is, from there on; UINT64_MAX: not. Reactor 0's, or exclusive */
    struct commit_log *discard_of; /* a worker's, while it is `discarding` */
    uint64_t discard_to;           /* a worker's, while it is `discarding` */
    atomic_bool discarding;
    int64_t alone_since_ms; /* no replica; reactor 0's */
    int64_t pinged_ms;      /* reactor 0's */

    atomic_ullong sent_bytes;
    uint64_t full, partial_ok, partial_err; /* changed in exclusive sections */

    /* acknowledge.c */
    _Atomic uint64_t synced; /* see followers_synced; UINT64_MAX without sync-replicas. Sequentially
                                consistent with persistence's `waiting`, as the log's position is */
    atomic_bool missing;     /* relaxed: who looks too early looks again when it is woken */
    _Atomic uint64_t asked;  /* up to where acknowledgements have been asked for; relaxed */
    atomic_int askers;       /* WAIT and WAITAOF; relaxed, who comes asks once itself */
    struct waiting *waits;   /* guarded by `lock` */
    uint64_t mark;           /* position that was last missing, since `mark_ms`; reactor 0's */
    int64_t mark_ms, few_since_ms, warned_ms;

    struct full_sync *full_sync;

    /* farewell.c. Reactor 0's, or changed in exclusive sections; the list under `lock`. */
    struct {
        bool on;
        uint64_t position; /* that the replicas are to have */
        int64_t until_ms;  /* Unix time */
        struct farewell_end end;
        struct farewell_client *clients;
    } farewell;
};

static inline enum replica_state replica_state(const struct replica *replica)
{
    return (enum replica_state)atomic_load_explicit(&replica->state, memory_order_relaxed);
}

/* The session's replica, made if there is none. Its reactor's thread. */
struct replica *replica_of(struct session *session);

/* Writes to the socket, as followers_write. */
long replica_send(struct replica *replica, struct span bytes, bool *full);

void replica_set_state(struct replica *replica, enum replica_state state);

/* It reads on from a file (taken) or the log; what it read from is let go. False if the system
 * refuses a thread. Its reactor, or exclusive. */
bool replica_feed_file(struct replica *replica, struct io_file *file, uint64_t size);
bool replica_feed_log(struct replica *replica);
void replica_stop_feeding(struct replica *replica);

/* The snapshot is there, or it needs none: the stream follows, from the cursor's position. */
void replica_go_online(struct replica *replica);

/* Its loop has a look at it. Any thread. */
void replica_wake(const struct replica *replica);

/* Where it says it is, or comes from; may be in `to`. Its reactor, or exclusive. */
const char *replica_address(const struct replica *replica, char to[ADDRESS_TEXT_LIMIT]);

/* Closes its session. Its reactor, or exclusive. */
void replica_drop(struct replica *replica, const char *why);

/* The log keeps everything from `position` on from now on. False if it is gone already. Exclusive.
 */
bool followers_keep(struct followers *self, uint64_t position);

/* --- full_sync.c */

struct full_sync *full_sync_new(struct followers *self);
void full_sync_stop(struct full_sync *sync);
void full_sync_free(struct full_sync *sync);

/* It takes part in no transfer any more. */
void full_sync_leave(struct replica *replica);

/* As a feeder's next piece, for a replica with `relay`. */
long full_sync_write(struct replica *replica, enum feeder_state *state, bool *full);

/* The snapshot has been sent. Its reactor. */
void full_sync_ended(struct replica *replica);

/* Gets the replica a snapshot, now or as soon as there is one. Exclusive. */
void full_sync_begin(struct full_sync *sync, struct replica *replica);
void full_sync_cron(struct full_sync *sync); /* reactor 0 */

#endif
