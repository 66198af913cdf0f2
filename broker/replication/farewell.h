/* farewell.h - before a primary ends in good order it gives its replicas what they lack: writes are
 * paused, and it waits until all that are online have acknowledged everything, for shutdown-timeout
 * seconds at most. */
#ifndef MS_BROKER_REPLICATION_FAREWELL_H
#define MS_BROKER_REPLICATION_FAREWELL_H

#include <stdbool.h>
#include <stdint.h>

struct followers;
struct server;
struct session;

/* What is done then. */
struct farewell_end {
    bool settles; /* see persistence_settle; else the server just ends */
    bool save, force;
};

/* Begins to wait, with `session` (of SHUTDOWN, held back until then; NULL: a signal came), or joins
 * in if that is so already. False: there is nobody to wait for. Exclusive. */
bool farewell_begin(struct server *server, struct session *session, const struct farewell_end *end);

/* For how long it still waits, -1 if it does not. Exclusive. */
int64_t farewell_left_ms(const struct server *server);

/* It waits. Reactor 0, or exclusive. */
bool farewell_is_on(const struct server *server);

/* Goes on serving; who asked for the end gets an error. Exclusive. */
void farewell_abort(struct server *server);

void farewell_cron(struct followers *self); /* reactor 0 */

#endif
