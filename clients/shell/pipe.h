/* pipe.h - mass insertion: RESP from standard input goes to the server as fast as both can, and its
 * replies are counted. */
#ifndef MS_CLIENTS_SHELL_PIPE_H
#define MS_CLIENTS_SHELL_PIPE_H

#include "clients/c/millstream.h"

/* Sends all of `fd`, then an ECHO with a random word, and reads until that comes back: then every
 * reply before it has come, too. Prints each error and a summary. Returns the exit code: 0, or 1
 * when there were errors, the connection broke or the last reply took longer than `timeout_s` (0:
 * no limit). */
int pipe_run(struct ms_connection *connection, int fd, int timeout_s);

#endif
