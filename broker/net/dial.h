/* dial.h - connections that we begin, plain or over TLS, without waiting: for a reactor's loop that
 * watches the socket, and underneath peer.h for threads that may wait. Belongs to one thread.
 *
 *     fd = dial_socket(address, size, &diag);           connecting
 *     dial_begin(&dial, fd, tls);
 *     each time the socket is ready as dial_interest said:
 *         dial_step(&dial, &diag)                       ERR_AGAIN: not yet; 0: dial.stream works
 *     dial_end(&dial), whatever came of it, unless the stream was taken over
 */
#ifndef MS_BROKER_NET_DIAL_H
#define MS_BROKER_NET_DIAL_H

#include "broker/net/stream.h"

#include <sys/socket.h>

struct dial {
    struct stream stream; /* for others once dial_step has returned 0 */
    bool is_connected;    /* the socket is; the TLS handshake may be under way */
};

/* A non-blocking socket that is connected or on its way. `source` is the address it comes from, or
 * its name, which is resolved then, if the system can do that; NULL or "": any. ERR_IO with errno's
 * reason. */
int dial_socket(const struct sockaddr *address, socklen_t size, const char *source,
                struct diag *diag);

/* Takes the socket, non-blocking, which may be connecting still; and the TLS to be spoken over it
 * (tls_dial), which is NULL for a plain connection. */
void dial_begin(struct dial *dial, int fd, struct tls *tls);

/* Goes on: 0 when the stream can be used, ERR_AGAIN, or ERR_IO, ERR_CLOSED and ERR_NOMEM with the
 * reason. */
int dial_step(struct dial *dial, struct diag *diag);

/* What the socket is to be watched for until then. */
void dial_interest(const struct dial *dial, bool *read, bool *write);

/* Closes and frees what dial_begin took. */
void dial_end(struct dial *dial);

#endif
