#include "broker/net/peer.h"
#include "broker/net/stream_socket.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_SIZE = 16 * 1024,
    CANCEL_LOOK_MS = 50, /* between two looks at `cancel` */
};

struct peer {
    int fd;
    int timeout_ms;
    const atomic_bool *cancel; /* written by another thread; seen a look late at most: relaxed */
    struct resp_reader reader;
    struct buffer input; /* received and not understood yet */
};

/* Waits until the socket is ready. 0 or ERR_TIMEOUT or ERR_IO. */
static int wait_ready(const struct peer *peer, short events)
{
    struct pollfd ready = {.fd = peer->fd, .events = events};
    int64_t left_ms = peer->timeout_ms;

    while (left_ms > 0) {
        uint64_t start_us = clock_monotonic_us();
        int rc = poll(&ready, 1, left_ms < CANCEL_LOOK_MS ? (int)left_ms : CANCEL_LOOK_MS);

        if (rc > 0)
            return 0;
        if (rc < 0 && errno != EINTR)
            return ERR_IO;
        if (peer->cancel && atomic_load_explicit(peer->cancel, memory_order_relaxed))
            return ERR_TIMEOUT;
        left_ms -= (int64_t)((clock_monotonic_us() - start_us + 999) / 1000);
    }
    return ERR_TIMEOUT;
}

static int connect_within(const struct peer *peer, const struct addrinfo *address)
{
    socklen_t size = sizeof(int);
    int problem = 0;
    int rc;

    if (connect(peer->fd, address->ai_addr, address->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return ERR_IO;
    rc = wait_ready(peer, POLLOUT);
    if (rc < 0)
        return rc;
    if (getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &problem, &size) < 0)
        return ERR_IO;
    errno = problem;
    return problem ? ERR_IO : 0;
}

/* Tries one address; false with the reason. */
static bool try_address(struct peer *peer, const struct addrinfo *address, struct diag *diag)
{
    int rc = ERR_IO;

    peer->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (peer->fd >= 0)
        rc = connect_within(peer, address);
    if (rc == 0)
        return true;
    if (rc == ERR_TIMEOUT)
        diag_set(diag, rc, "no answer within %d ms", peer->timeout_ms);
    else
        diag_errno(diag, "connect");
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
    return false;
}

struct peer *peer_connect(const char *host, const char *port, int timeout_ms,
                          const atomic_bool *cancel, struct diag *diag)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    struct peer *peer;
    int rc = getaddrinfo(host, port, &hints, &addresses);

    if (rc != 0) {
        diag_set(diag, ERR_MISSING, "%s: %s", host, gai_strerror(rc));
        return NULL;
    }
    peer = mem_zalloc(sizeof(*peer));
    *peer = (struct peer){.fd = -1, .timeout_ms = timeout_ms, .cancel = cancel};
    for (const struct addrinfo *at = addresses; at && !try_address(peer, at, diag);)
        at = at->ai_next;
    freeaddrinfo(addresses);
    if (peer->fd < 0) {
        diag_wrap(diag, "%s:%s", host, port);
        mem_free(peer);
        return NULL;
    }
    socket_tune(peer->fd, 0);
    resp_reader_init(&peer->reader);
    return peer;
}

void peer_free(struct peer *peer)
{
    if (!peer)
        return;
    close(peer->fd);
    buffer_release(&peer->input);
    mem_free(peer);
}

int peer_send(struct peer *peer, struct span bytes)
{
    while (bytes.size > 0) {
        long put = socket_write(peer->fd, bytes.data, bytes.size);
        int rc = 0;

        if (put < 0)
            return (int)put;
        bytes.data += put;
        bytes.size -= (size_t)put;
        if (put == 0)
            rc = wait_ready(peer, POLLOUT);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int peer_read(struct peer *peer, struct arena *arena, const struct resp_value **value)
{
    for (;;) {
        size_t consumed = 0;
        long got;
        int rc = resp_reader_feed(&peer->reader, arena, peer->input.data, peer->input.size,
                                  &consumed, value);

        buffer_consume(&peer->input, consumed);
        if (rc != 0)
            return rc < 0 ? rc : 0;
        got = socket_read(peer->fd, buffer_reserve(&peer->input, READ_SIZE), READ_SIZE);
        if (got == ERR_AGAIN)
            rc = wait_ready(peer, POLLIN);
        else if (got < 0)
            rc = (int)got;
        else
            peer->input.size += (size_t)got;
        if (rc < 0)
            return rc;
    }
}
