/* stream_socket.h - connected sockets as byte streams: what a session reads from and writes to.
 * Plain TCP and Unix sockets today; the transport is behind these calls so that TLS can take its
 * place. Belongs to one thread. */
#ifndef MS_BROKER_NET_STREAM_SOCKET_H
#define MS_BROKER_NET_STREAM_SOCKET_H

#include "core/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

enum {
    ADDRESS_TEXT_LIMIT = 128
};

/* Reads what is there. Returns bytes (above 0), ERR_AGAIN when nothing is there now, ERR_CLOSED
 * when the peer has ended, ERR_IO. */
long socket_read(int fd, char *to, size_t room);

/* Writes what fits. Returns bytes (0: the socket is full), ERR_CLOSED or ERR_IO. */
long socket_write(int fd, const char *bytes, size_t size);

/* The same from several places, in order. */
long socket_write_parts(int fd, struct iovec *parts, int count);

/* TCP: no delay, keep-alive probes every `keepalive_s` seconds (0: off). Errors are ignored: the
 * connection works without. */
void socket_tune(int fd, int keepalive_s);

/* "1.2.3.4:80", "[::1]:80", or "<path>:0" for Unix sockets, as CLIENT LIST shows; "?:0" on error.
 */
void socket_peer_text(int fd, const char *unix_path, char text[ADDRESS_TEXT_LIMIT]);
void socket_local_text(int fd, const char *unix_path, char text[ADDRESS_TEXT_LIMIT]);

/* The peer is this machine (loopback or Unix socket). */
bool socket_is_local(int fd);

/* Non-blocking listening sockets, or -1 with the reason. `host` may be a name, an address, "*"
 * (all IPv4) or "::*" (all IPv6, not IPv4). */
int socket_listen_tcp(const char *host, int port, int backlog, struct diag *diag);
int socket_listen_unix(const char *path, unsigned mode, int backlog, struct diag *diag);

/* A new connection, non-blocking; ERR_AGAIN when there is none, ERR_IO (out of descriptors...). */
int socket_accept(int listener);

/* The port a listening socket is bound to; 0 for Unix sockets. */
int socket_port(int fd);

void socket_close(int fd);

#endif
