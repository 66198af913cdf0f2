#include "broker/net/dial.h"
#include "core/base/error.h"

#include <errno.h>
#include <netdb.h>

/* From another address than the system would choose. One of another family, or that this machine
 * does not have (any more), is no reason not to connect. */
static void bind_source(int fd, int family, const char *source)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    if (!source || !source[0] || getaddrinfo(source, NULL, &hints, &found) != 0)
        return;
    (void)bind(fd, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
}

int dial_socket(const struct sockaddr *address, socklen_t size, const char *source,
                struct diag *diag)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return diag_errno(diag, "socket");
    bind_source(fd, address->sa_family, source);
    if (connect(fd, address, size) < 0 && errno != EINPROGRESS) {
        diag_errno(diag, "connect");
        socket_close(fd);
        return ERR_IO;
    }
    return fd;
}

void dial_begin(struct dial *dial, int fd, struct tls *tls)
{
    *dial = (struct dial){.stream = {.fd = fd, .tls = tls}};
}

/* 0 when the socket is connected, and TLS has it. */
static int finish_connecting(struct dial *dial, struct diag *diag)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof(int);
    int problem = 0;

    if (getsockopt(dial->stream.fd, SOL_SOCKET, SO_ERROR, &problem, &size) < 0)
        problem = errno;
    if (problem) {
        errno = problem;
        return diag_errno(diag, "connect");
    }
    size = sizeof(peer);
    if (getpeername(dial->stream.fd, (struct sockaddr *)&peer, &size) < 0)
        return ERR_AGAIN; /* on its way */
    if (dial->stream.tls && tls_connect(dial->stream.tls, dial->stream.fd) < 0)
        return diag_set(diag, ERR_NOMEM, "no memory for TLS");
    dial->is_connected = true;
    return 0;
}

int dial_step(struct dial *dial, struct diag *diag)
{
    int rc = dial->is_connected ? 0 : finish_connecting(dial, diag);

    if (rc == 0 && dial->stream.tls)
        rc = tls_handshake(dial->stream.tls, diag);
    return rc;
}

void dial_interest(const struct dial *dial, bool *read, bool *write)
{
    *read = false;
    *write = !dial->is_connected;
    if (dial->is_connected && dial->stream.tls)
        tls_interest(dial->stream.tls, read, write);
}

void dial_end(struct dial *dial)
{
    stream_close(&dial->stream);
}
