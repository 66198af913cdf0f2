/* pubsub.h - who listens to what, and how a message reaches them.
 *
 * One table of topics (channels, patterns, shard channels) for the server, guarded by a leaf lock:
 * no other lock is taken while it is held. A topic has a part for each reactor with subscribers of
 * it; a part's list of subscribers belongs to that reactor. PUBLISH finds the topics under the
 * lock, posts one message for each part of another reactor, lets the lock go, and appends to its
 * own sessions.
 *
 * Order. Posting under the lock gives all messages one order, and a reactor takes in what was
 * posted to it before it delivers a message of its own, changes a subscription, or runs input it
 * has read. So every subscriber sees what a single-threaded server would have shown it, and the
 * number of receivers that PUBLISH answers is exact. A part that a posted message names is alive:
 * only its own reactor frees it, after taking in what was posted. */
#ifndef MS_BROKER_PUBSUB_PUBSUB_H
#define MS_BROKER_PUBSUB_PUBSUB_H

#include "broker/reactor/reactor.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pubsub;
struct session;

enum pubsub_kind {
    PUBSUB_CHANNEL,
    PUBSUB_PATTERN,
    PUBSUB_SHARD,
    PUBSUB_KINDS
};

/* The server's table. Freed when no session is left. */
struct pubsub *pubsub_new(void);
void pubsub_free(struct pubsub *pubsub);

/* Subscribes a session, or ends it: in effect when it returns. False if nothing changed. `name` is
 * copied. The session's reactor. */
bool pubsub_subscribe(struct session *session, enum pubsub_kind kind, struct span name);
bool pubsub_unsubscribe(struct session *session, enum pubsub_kind kind, struct span name);

/* Ends all subscriptions. The session's reactor, or anybody exclusive. */
void pubsub_unsubscribe_all(struct session *session);

/* The name subscribed longest ago; false if there is none. Borrowed until the next change. */
bool pubsub_first(const struct session *session, enum pubsub_kind kind, struct span *name);

/* Asks about each subscription of a kind; false as soon as `fits` says so. */
bool pubsub_each_of(const struct session *session, enum pubsub_kind kind,
                    bool (*fits)(void *context, struct span name), void *context);

/* How many subscriptions a session has. */
size_t pubsub_count(const struct session *session, enum pubsub_kind kind);

/* Bytes of its subscriptions, with the names. O(1). */
size_t pubsub_memory(const struct session *session);

/* It has any: RESP2 then allows few commands, and the limits of class pubsub hold. */
bool pubsub_is_subscriber(const struct session *session);

/* Sends `payload` to the subscribers of the channel and, if it is no shard channel, of the patterns
 * that fit. Returns how many. May be called with shards held. The reactor's thread. */
int64_t pubsub_publish(struct reactor *reactor, enum pubsub_kind kind, struct span channel,
                       struct span payload);

/* False if nobody is subscribed to anything: a hint that saves making up a message. */
bool pubsub_any(const struct pubsub *pubsub);

/* Delivers what other reactors have posted. The reactor's thread, or anybody exclusive. */
void pubsub_take_in(struct reactor *reactor);

static inline void pubsub_receive(struct reactor *reactor)
{
    if (atomic_load_explicit(&reactor->published.newest, memory_order_relaxed))
        pubsub_take_in(reactor);
}

/* Frees what was posted and not delivered. For the end of the server. */
void pubsub_drop_posted(struct reactor *reactor);

/* Topics of a kind that somebody is subscribed to. */
size_t pubsub_topics(struct pubsub *pubsub, enum pubsub_kind kind);

/* Subscribers of one channel. */
size_t pubsub_subscribers(struct pubsub *pubsub, enum pubsub_kind kind, struct span name);

/* Calls `visit` with each topic's name, in no order, the table locked. */
void pubsub_each_topic(struct pubsub *pubsub, enum pubsub_kind kind,
                       void (*visit)(void *context, struct span name), void *context);

#endif
