/* reactor.h - one thread with its loop and everything it does for its connections: read, parse,
 * execute, write. It holds its world lock whenever it is not asleep, so an exclusive section (all
 * world locks held) may read and change any reactor and session; see world.h. */
#ifndef MS_BROKER_REACTOR_REACTOR_H
#define MS_BROKER_REACTOR_REACTOR_H

#include "broker/net/inbox.h"
#include "broker/net/loop.h"
#include "broker/observe/doing.h"
#include "broker/reactor/stats.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/hash/random.h"
#include "core/time/ticks.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;
struct tracker;
struct session;

enum {
    REACTORS_LIMIT = 128,
    REACTOR_READ_SIZE = 16 * 1024 /* what one connection may send before others have their turn */
};

/* A list of sessions by a link inside each. */
struct session_list {
    struct session *first, *last;
    size_t count;
};

enum {
    CLIENT_BUCKETS = 20
};

/* The memory of its sessions, while maxmemory-clients limits it; session/client_eviction.h. */
struct client_charges {
    uint64_t bytes, told_bytes;       /* of all; and what of it the server knows of */
    size_t evictable, told_evictable; /* sessions in buckets */
    struct session_list buckets[CLIENT_BUCKETS];
};

/* What bounds the cost of TLS handshakes; session/handshake.c. */
struct handshakes {
    uint64_t round; /* of the loop, in which `steps` were done */
    int64_t steps;
    int64_t log_second; /* Unix time, in which `lines` were logged */
    int lines;
    uint64_t unlogged;
};

struct ready_key; /* dispatch.c: a key whose waiters are to be tried */

struct reactor {
    int index;
    struct server *server;
    struct loop *loop;
    pthread_t thread;
    struct loop_timer *cron;
    struct loop_timer *rehashing; /* on while tables grow or shrink */
    struct loop_timer *expiry;    /* on while there is more to expire, */
    uint64_t expiry_due_us;       /* and then to fire at this time of the monotonic clock; */
    uint64_t expiry_behind_us;    /* since when there has been more; 0: there is not */
    struct loop_timer *eviction;  /* on while memory is above its limit: eviction.h */
    uint64_t eviction_round;      /* of the loop, in which so much time was spent on it */
    uint64_t eviction_ns;
    unsigned eviction_count; /* keys that it deleted */
    size_t eviction_left;    /* memory that was in use when it left off */
    bool lacks_memory;       /* there was no room for the call that runs, nor is any on its way */
    struct inbox inbox;
    struct inbox published;                    /* messages for its subscribers; broker/pubsub */
    struct inbox_message *local, **local_tail; /* messages to itself, oldest first */
    struct inbox_message *kept;                /* until no script is busy any more, newest first */

    struct session_list sessions; /* all of this reactor */
    struct session_list flush;    /* with output to write */
    struct session_list pushed;   /* with messages to write, and nothing else */
    struct loop_timer *push_timer;
    uint64_t push_after_ns;     /* monotonic, until when many of them wait */
    struct session_list resume; /* with input to go on with */
    struct session_list closing;
    struct session_list gated;
    struct session_list monitors; /* that watch every call: broker/observe */
    struct session_list replicas; /* that follow this server: broker/replication */
    struct session_list pending;  /* with input inside TLS */
    struct client_charges charges;
    struct handshakes handshakes;
    atomic_int session_count; /* read by the acceptor to choose; a hint */

    char *read_buffer;         /* REACTOR_READ_SIZE, what a socket is read into */
    struct arena *arena;       /* of the call being run */
    struct arena *serve_arena; /* of the waiter being served */
    struct ready_key *ready, **ready_tail;

    struct ticks ticks;                           /* since this round woke */
    int64_t now_ms;                               /* Unix time of this batch */
    uint64_t now_ns;                              /* monotonic, at the end of the last command */
    uint64_t round_start_ns;                      /* monotonic, when this round woke */
    int64_t round_start_ms;                       /* Unix time then */
    struct buffer publish_scratch, event_channel; /* broker/pubsub: a message being published */
    size_t subscribed_sessions;
    unsigned cron_rounds;
    unsigned expire_shard, rehash_shard;                      /* where the last runs stopped */
    uint64_t instant_commands, instant_input, instant_output; /* at the last sample */
    uint64_t instant_rounds, instant_busy_ns;
    uint64_t instant_ns;
    double rounds_per_second, round_us; /* of the loop; how long one took */
    double commands_per_second, input_kbps, output_kbps;

    unsigned unit_depth;           /* of calls that take effect as one: command/unit.h */
    bool unit_abandoned;           /* nothing is logged any more */
    struct buffer broadcast_names; /* changed, each behind its size; broker/tracking */
    struct tracker *acting; /* whose call is run now, if it has to do with tracking; else NULL */

    struct doing doing;

    struct random random;
    struct reactor_stats stats;
    _Atomic uint64_t
        changes; /* effects that changed data, since the start; written by the reactor,
                    summed up by reactor 0 while it runs: relaxed, late is good enough */
};

/* A reactor that is not running yet. */
struct reactor *reactor_new(struct server *server, int index);
void reactor_free(struct reactor *reactor);

/* Starts the thread; or runs in the caller's (reactor 0 is the main thread). */
int reactor_start(struct reactor *reactor);
void reactor_run(struct reactor *reactor);

/* Gives a message to a reactor, from any thread that is a reactor (`from`) or none (NULL). Messages
 * are delivered in the order in which they were posted: what happened under one lock before
 * something else did is told before it, whoever tells. */
void reactor_post(struct reactor *to, struct reactor *from, struct inbox_message *message);

/* Delivers the messages that the reactor has posted to itself so far. In its thread, between two
 * commands. */
void reactor_deliver_local(struct reactor *reactor);

/* Delivers all messages that are there, so that what they bring comes before what is run next. */
void reactor_receive(struct reactor *reactor);

/* Delivers a message once no script is busy any more. In the reactor's thread, by the message. */
void reactor_keep(struct reactor *reactor, struct inbox_message *message);

/* The monotonic clock now; moves now_ms on accordingly. */
uint64_t reactor_tick(struct reactor *reactor);

/* Asks the reactor's loop to end after this round. Any thread. */
void reactor_stop(struct reactor *reactor);

#endif
