/* replication.h - following another server, and being followed: what the rest of the broker knows
 * of it.
 *
 * The stream. Replicas get what the log gets, at the same positions: the position behind a record
 * is the replication offset. A replica puts what it receives into its own log byte for byte, so a
 * position means the same on all servers that share a history (storage/log/commit_log.h), and any
 * of them can go on serving any other. Messages (PUBLISH, PING, REPLCONF GETACK) are volatile: they
 * take positions, but are on no disk. Where a replica is served from the disk, it gets as many
 * newlines instead, which are no commands and count as what they stand for.
 *
 *   persistence  the log, and the backlog in front of it (broker/persistence/replicated.h)
 *   followers.h  who follows us: their sessions, what they have acknowledged, WAIT, sync-replicas
 *   link.h       whom we follow: the connection, full synchronisation, what is received and applied
 *
 * Redis's PSYNC, as publicly described, is what is spoken on the wire. */
#ifndef MS_BROKER_REPLICATION_REPLICATION_H
#define MS_BROKER_REPLICATION_REPLICATION_H

#include "broker/config/config.h"
#include "broker/net/inbox.h"
#include "core/base/diag.h"
#include "core/command/command.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct failover;
struct followers;
struct primary_link;
struct server;

enum {
    REPLICATION_HOST_LIMIT = 256
};

enum replication_role {
    ROLE_PRIMARY,
    ROLE_REPLICA
};

struct replication {
    struct server *server;
    atomic_int role;             /* enum replication_role; changed in exclusive sections, relaxed */
    struct followers *followers; /* never NULL */
    struct failover *failover;   /* never NULL */
    struct primary_link *link;   /* NULL as a primary; changed in exclusive sections */
    struct primary_link *retired; /* links that are about to end; the same */
    bool was_linked; /* to a primary, since it is a replica. Reactor 0's, or exclusive */
    bool is_hollow;  /* a snapshot could not be read: the log on the disk is of other data */
    /* What is here is not what the log says, or not what the primary has: whoever is followed is
     * asked for everything. Relaxed, exclusive sections order it. */
    atomic_bool asks_all;
    /* As a replica it has been written to by a client: its log does not have that. Relaxed, the
     * same. */
    atomic_bool is_astray;
    /* A position that the primary is to be told of once it is durable; UINT64_MAX: none. Set by
     * reactor 0, taken by the log's thread, sequentially consistent: as a reactor that waits. */
    atomic_ullong tell_at;
    atomic_bool telling; /* `tell` is on its way */
    struct inbox_message tell;
    _Atomic uint64_t received; /* bytes from primaries, but for the session there is; relaxed */
    /* Of what goes to replicas and comes from the primary. Reactor 0's. */
    uint64_t sampled_ns, sampled_input, sampled_output;
    double input_kbps, output_kbps;
};

struct replication *replication_new(struct server *server);

/* Ends what runs beside the reactors: called once they have ended, before sessions are freed. */
void replication_stop(struct replication *self);
void replication_free(struct replication *self);

/* The data is there: the history is taken from the log, and who is to be followed is followed.
 * Reactor 0, exclusive. */
void replication_start(struct replication *self);

static inline bool replication_is_replica(const struct replication *self)
{
    return atomic_load_explicit(&self->role, memory_order_relaxed) == ROLE_REPLICA;
}

/* Begins to follow a server, giving up whoever was followed; or goes on by itself (a promotion: a
 * new history begins, which shares the old one up to here). Exclusive. 0, or an error with nothing
 * changed. The configuration's `replicaof` says so afterwards. */
int replication_follow(struct replication *self, const char *host, int port, struct diag *diag);
int replication_lead(struct replication *self, struct diag *diag);

/* Follows the same server by a new connection, if it follows one: the log is another one now.
 * Exclusive. */
void replication_reconnect(struct replication *self);

/* What is in memory is not what the log says, nor what others have: with that a primary begins a
 * history which shares nothing with the one before, and a replica asks for everything. Exclusive;
 * waits for the disk. 0, or what the disk says: it still has the old data then. */
int replication_start_over(struct replication *self, struct diag *diag);

/* Of a failover. A primary becomes a replica in all but that its own replicas stay, and asks the
 * server to lead; once that does, it is a replica like others; or it is the primary that it was, of
 * the same history. Exclusive. */
void replication_step_down(struct replication *self, const char *host, int port, bool force);
void replication_stepped_down(struct replication *self);
void replication_step_up(struct replication *self);

/* Why a call of a client's may not run now (READONLY, MASTERDOWN, NOREPLICAS); NULL if it may.
 * `flags` are the command's, with those of a transaction it ends. Static text. */
const char *replication_refusal(const struct replication *self, unsigned flags);

/* The primary is not there, and old data is not to be shown. */
bool replication_is_stale(const struct replication *self);

/* Ten times a second: pings, acknowledgements, time limits. Reactor 0, world running. */
void replication_cron(struct replication *self);

/* The primary is told when everything below `position` is durable. Reactor 0. */
void replication_tell_durable(struct replication *self, uint64_t position);

/* Bytes have come from a primary. Any thread. */
void replication_received(struct replication *self, uint64_t bytes);
uint64_t replication_received_bytes(const struct replication *self); /* in all; exclusive */

/* More of the stream's log is durable, or synced. The log's thread. */
void replication_durable(struct replication *self);

/* CONFIG SET has taken effect. Exclusive. */
void replication_configure(struct replication *self);

#endif
