/* relay.h - a thread that reads what a child writes into a pipe, for all replicas that wait for it.
 * A few pieces are held; the next is read when all replicas have had the oldest, so the slowest
 * says how fast it goes, until it is dropped.
 *
 * Shared by the thread, who made it, and the replicas' ends. */
#ifndef MS_BROKER_REPLICATION_RELAY_H
#define MS_BROKER_REPLICATION_RELAY_H

#include "broker/replication/feeder.h"

#include <stdbool.h>

struct relay;
struct relay_end; /* a replica's */

/* Takes the pipe's end. Reading begins with relay_start, once all ends are there. */
struct relay *relay_new_take(struct feeder_group *group, int fd);
bool relay_start(struct relay *relay); /* false if the system refuses a thread */

/* Who made it lets go; the ends stay good. NULL is allowed. */
void relay_free(struct relay *relay);

/* The child has ended, well or not: what was read to the end is whole, or worth nothing. */
void relay_child_ended(struct relay *relay, bool ok);

/* Reads no more. */
void relay_stop(struct relay *relay);

/* True if nobody is left who wants it. */
bool relay_is_deserted(struct relay *relay);

/* Before relay_start. `ready` is called as a feeder's. */
struct relay_end *relay_join(struct relay *relay, void (*ready)(void *context), void *context);
void relay_leave(struct relay_end *end); /* NULL is allowed */

/* As feeder_peek and feeder_advance. */
enum feeder_state relay_peek(struct relay_end *end, struct span *bytes, struct diag *diag);
void relay_advance(struct relay_end *end, size_t size);

#endif
