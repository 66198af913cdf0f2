/* shutdown.h - the server ends in good order: replicas get what they lack, what is in the log
 * becomes durable, and the RDB file is written if that is asked for, or if there are save points.
 * By the command SHUTDOWN, and by signals as shutdown-on-sigint and shutdown-on-sigterm say. */
#ifndef MS_BROKER_SERVER_SHUTDOWN_H
#define MS_BROKER_SERVER_SHUTDOWN_H

#include <stdbool.h>

struct server;
struct session;

/* Ends the server as `flags` (enum shutdown_flag) say. With `session`, that of SHUTDOWN, replicas
 * are waited for with it held back; NULL: they are not waited for. 0 when the server stops,
 * ERR_AGAIN when it does so later, or not, which the session is told then; ERR_IO when what is to
 * be saved can't be: the log says why, and the server goes on. Exclusive. */
int shutdown_begin(struct server *server, unsigned flags, struct session *session);

/* SIGINT or SIGTERM came. The second one does not wait for replicas, the third ends the process.
 * Reactor 0. */
void shutdown_on_signal(void *server, int signal);

/* If a signal came while a script ran, and that has ended. Reactor 0. */
void shutdown_after_script(struct server *server);

#endif
