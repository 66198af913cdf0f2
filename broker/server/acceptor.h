/* acceptor.h - the listening sockets, in reactor 0's loop. Each new connection goes to the reactor
 * that has the fewest. */
#ifndef MS_BROKER_SERVER_ACCEPTOR_H
#define MS_BROKER_SERVER_ACCEPTOR_H

#include "core/base/diag.h"
#include "core/bytes/buffer.h"

struct acceptor;
struct server;

/* Opens all addresses of `bind` with `port` and with `tls-port`, and `unixsocket`. An address that
 * begins with '-' may fail. NULL with the reason. */
struct acceptor *acceptor_open(struct server *server, struct diag *diag);
void acceptor_close(struct acceptor *acceptor);

/* Closes all sockets and opens those of the configuration now in force. On ERR_IO nothing listens:
 * the caller puts the old configuration back and calls again. Exclusive. */
int acceptor_reopen(struct server *server, struct diag *diag);

/* Why the client of a connected socket may not come in: the error reply for it; NULL if it may. */
const char *acceptor_objection(const struct server *server, int fd);

/* The listenerN lines of INFO. */
void acceptor_describe(const struct acceptor *acceptor, struct buffer *out);

#endif
