/* peer.h - a connection to another server, plain or over TLS, for threads that may wait: connects,
 * sends, reads replies, each within a time. Never used by a reactor's loop. One thread. */
#ifndef MS_BROKER_NET_PEER_H
#define MS_BROKER_NET_PEER_H

#include "broker/net/stream.h"
#include "core/base/diag.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/resp/value.h"

#include <stdatomic.h>

struct peer;
struct tls;

struct peer_address {
    const char *host; /* a name or an address */
    const char *port;
    const char *source; /* see dial_socket; NULL: any */
};

/* Over TLS if `tls` (tls_dial) is not NULL; that is taken, whatever comes of it. Each wait from
 * here on lasts at most `timeout_ms`, and ends when `cancel` (which may be NULL) becomes true. NULL
 * with the reason: ERR_MISSING for a name nobody knows, ERR_TIMEOUT, ERR_IO (refused, no way
 * there), or ERR_CLOSED and others when the two do not agree on TLS. */
struct peer *peer_connect_take(const struct peer_address *address, struct tls *tls, int timeout_ms,
                               const atomic_bool *cancel, struct diag *diag);
void peer_free(struct peer *peer);

/* Sends everything. 0, ERR_TIMEOUT, ERR_CLOSED or ERR_IO. */
int peer_send(struct peer *peer, struct span bytes);

/* The next reply, in the arena. 0, ERR_TIMEOUT, ERR_CLOSED, ERR_IO, or ERR_SYNTAX and ERR_FULL for
 * what is no reply. */
int peer_read(struct peer *peer, struct arena *arena, const struct resp_value **value);

/* The next bytes, for what is no reply: at least one, at most `room`. Their number, ERR_TIMEOUT,
 * ERR_CLOSED or ERR_IO. */
long peer_receive(struct peer *peer, char *to, size_t room);

/* The next line that is not empty, without its end ("\r\n" or "\n"), and a NUL behind it. 0, as
 * peer_receive, or ERR_FULL for one that does not fit. */
int peer_read_line(struct peer *peer, char *to, size_t room);

/* Gives away the connection, and what has come and was not read (`rest` must be empty); frees the
 * peer. */
struct stream peer_take_stream(struct peer *peer, struct buffer *rest);

#endif
