/* acknowledge.h - what the replicas say they have, and who waits for it; see acknowledge.c. */
#ifndef MS_BROKER_REPLICATION_ACKNOWLEDGE_H
#define MS_BROKER_REPLICATION_ACKNOWLEDGE_H

#include "core/command/reply.h"

#include <stdbool.h>
#include <stdint.h>

struct followers;
struct reactor;
struct replica;
struct session;

/* What a replica says: up to where it has applied the stream, and up to where it is on its disk (0:
 * it does not say). Its reactor. */
void acknowledge_take(struct replica *replica, uint64_t applied, uint64_t durable);

/* What WAIT and WAITAOF ask for, and what there is of it. */
struct acknowledge_wanted {
    uint64_t position;
    int64_t replicas, local;
    bool on_disk; /* WAITAOF: synced, here and there; else applied */
    int64_t got_replicas, got_local;
};

/* Counts; true if that is enough. Any thread. */
bool acknowledge_count(struct followers *self, struct acknowledge_wanted *wanted);
void acknowledge_reply(const struct acknowledge_wanted *wanted, struct reply *out);

/* Holds the session back until there is enough, or the time is over (0: however long it takes). Its
 * reactor, in its command. */
void acknowledge_wait(struct session *session, const struct acknowledge_wanted *wanted,
                      int64_t timeout_ms);

/* CLIENT LIST and CLIENT UNBLOCK: false if it does not wait here. Exclusive. */
bool acknowledge_is_waiting(const struct session *session);
bool acknowledge_unblock(struct session *session, bool error);

/* Whoever has enough by now goes on. Any thread. */
void acknowledge_look(struct followers *self);

/* Asks the replicas how far they are, if somebody wants to know and the stream has grown since they
 * were asked last, or `always`. A reactor. */
void acknowledge_ask(struct followers *self, struct reactor *reactor, bool always);

void acknowledge_cron(struct followers *self); /* reactor 0 */

/* sync-replicas may have changed. Exclusive. */
void acknowledge_configure(struct followers *self);

/* This server is about to lead no longer: who waits for replicas by sync-replicas gets no answer,
 * but the end of the connection. Exclusive, before the role changes. */
void acknowledge_give_up(struct followers *self);

/* Positions mean something else from now on: who waits gets an error. Exclusive. */
void acknowledge_reset(struct followers *self);

#endif
