/* link.h - the server that this one follows: reaching it, full synchronisation, and applying what
 * it sends.
 *
 *   connecting -> greeting -> receiving a snapshot -> loading it -> following -> (lost) connecting
 * ...
 *                     \__ +CONTINUE ______________________________/
 *
 * A thread of the link's own does everything up to `following`, waiting where it has to. Then the
 * connection becomes a session of reactor 0, whose input is applied instead of executed: each
 * record with its shards held, and put into the log as it came. What can't be applied ends the
 * connection, and a full synchronisation follows: a replica is the same as its primary, or says
 * that it is not. */
#ifndef MS_BROKER_REPLICATION_LINK_H
#define MS_BROKER_REPLICATION_LINK_H

#include "core/bytes/buffer.h"
#include "core/command/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct primary_link;
struct replication;
struct session;

/* Begins to follow. Exclusive. */
struct primary_link *link_new(struct replication *replication, const char *host, int port);

/* The same, asking the server to lead first, even if it does not have everything (`force`):
 * failover.h hears how that goes. Exclusive. */
struct primary_link *link_new_failover(struct replication *replication, const char *host, int port,
                                       bool force);

/* Follows no longer; NULL is allowed. Its thread and its session end when they can, as
 * link_has_ended says (reactor 0). Exclusive, or when no reactor runs any more. */
void link_retire(struct primary_link *self);
bool link_has_ended(const struct primary_link *self);

/* Waits for the thread of a retired link. */
void link_join(struct primary_link *self);

/* A list of retired links. */
struct primary_link *link_next(const struct primary_link *self);
void link_set_next(struct primary_link *self, struct primary_link *next);

/* NULL is allowed. Of a retired link whose session is gone. Waits for the thread. */
void link_free(struct primary_link *self);

/* Applies what came; returns the bytes used. What is not used is a record's beginning, or has to
 * wait for a script to end. The session's reactor. */
size_t link_receive(struct session *session, const char *data, size_t size);

/* The session goes. */
void link_session_gone(struct session *session);

/* True while what is known of the primary's data is current, or no older than the connection. */
bool link_is_up(const struct primary_link *self);

/* Tells the primary what has been applied and what is on the disk. Reactor 0. */
void link_cron(struct primary_link *self);
void link_configure(struct primary_link *self);

/* Tells it now. Reactor 0. */
void link_acknowledge(struct primary_link *self);

const char *link_host(const struct primary_link *self);
int link_port(const struct primary_link *self);

/* INFO and ROLE. Exclusive. */
void link_info(const struct primary_link *self, struct buffer *out);
void link_role(const struct primary_link *self, struct reply *out);
uint64_t link_received_bytes(const struct primary_link *self); /* by the session there is */

#endif
