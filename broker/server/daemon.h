/* daemon.h - a server in the background, and the file with its process id. */
#ifndef MS_BROKER_SERVER_DAEMON_H
#define MS_BROKER_SERVER_DAEMON_H

#include "core/base/diag.h"

struct server;

/* Goes on in a child in a session of its own, at which `*report_fd` is set. The parent waits until
 * the child listens (daemon_ready) or has ended, and ends with 0 or 1 itself: so whoever started us
 * learns whether it went well. Before there are threads. 0, or ERR_IO. */
int daemon_start(int *report_fd, struct diag *diag);

/* Lets the parent end with success, and lets go of the terminal. Nothing if `*report_fd` is -1. */
void daemon_ready(int *report_fd);

/* Writes the process id to the path of the directive `pidfile`, or, with `daemonize` and without
 * one, to a default path. A failure is a line in the log. */
void daemon_write_pid_file(struct server *server);

/* Removes what daemon_write_pid_file wrote. Async-signal-safe. */
void daemon_remove_pid_file(struct server *server);

#endif
