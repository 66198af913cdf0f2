#include "broker/net/peer.h"
#include "broker/net/dial.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>

enum {
    READ_SIZE = 16 * 1024,
    CANCEL_LOOK_MS = 50, /* between two looks at `cancel` */
};

struct peer {
    struct dial dial;
    int timeout_ms;
    const atomic_bool *cancel; /* written by another thread; seen a look late at most: relaxed */
    struct resp_reader reader;
    struct buffer input; /* received and not understood yet */
};

/* Waits until the socket is ready. 0 or ERR_TIMEOUT or ERR_IO. */
static int wait_socket(const struct peer *peer, bool read, bool write)
{
    struct pollfd ready = {.fd = peer->dial.stream.fd,
                           .events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0))};
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

/* The same, until the stream can be read, or written to. */
static int wait_stream(const struct peer *peer, bool read, bool write)
{
    if (peer->dial.stream.tls)
        tls_interest(peer->dial.stream.tls, &read, &write);
    return wait_socket(peer, read, write);
}

static int finish_dialing(struct peer *peer, struct diag *diag)
{
    int rc;

    while ((rc = dial_step(&peer->dial, diag)) == ERR_AGAIN) {
        bool read, write;

        dial_interest(&peer->dial, &read, &write);
        rc = wait_socket(peer, read, write);
        if (rc == ERR_TIMEOUT)
            return diag_set(diag, rc, "no answer within %d ms", peer->timeout_ms);
        if (rc < 0)
            return diag_errno(diag, "poll");
    }
    return rc;
}

/* Connects to one address; false with the reason. */
static bool try_address(struct peer *peer, const struct addrinfo *address, const char *source,
                        struct diag *diag)
{
    int fd = dial_socket(address->ai_addr, address->ai_addrlen, source, diag);

    if (fd < 0)
        return false;
    dial_begin(&peer->dial, fd, NULL);
    if (finish_dialing(peer, diag) == 0)
        return true;
    dial_end(&peer->dial);
    return false;
}

static bool try_addresses(struct peer *peer, const struct addrinfo *addresses, const char *source,
                          struct diag *diag)
{
    for (const struct addrinfo *at = addresses; at; at = at->ai_next)
        if (try_address(peer, at, source, diag))
            return true;
    return false;
}

/* Over the connected socket. False with the reason, which is never ERR_IO. */
static bool agree_on_tls(struct peer *peer, struct tls *tls, struct diag *diag)
{
    int rc;

    dial_begin(&peer->dial, peer->dial.stream.fd, tls);
    rc = finish_dialing(peer, diag);
    if (rc == 0)
        return true;
    diag_wrap(diag, "TLS");
    diag->code = rc == ERR_IO ? ERR_CLOSED : rc;
    dial_end(&peer->dial);
    return false;
}

struct peer *peer_connect_take(const struct peer_address *address, struct tls *tls, int timeout_ms,
                               const atomic_bool *cancel, struct diag *diag)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    struct peer *peer;
    int rc = getaddrinfo(address->host, address->port, &hints, &addresses);
    bool connected;

    if (rc != 0) {
        diag_set(diag, ERR_MISSING, "%s: %s", address->host, gai_strerror(rc));
        tls_free(tls);
        return NULL;
    }
    peer = mem_zalloc(sizeof(*peer));
    *peer = (struct peer){.timeout_ms = timeout_ms, .cancel = cancel};
    connected = try_addresses(peer, addresses, address->source, diag);
    freeaddrinfo(addresses);
    if (!connected)
        tls_free(tls);
    else if (tls)
        connected = agree_on_tls(peer, tls, diag);
    if (!connected) {
        diag_wrap(diag, "%s:%s", address->host, address->port);
        mem_free(peer);
        return NULL;
    }
    socket_tune(peer->dial.stream.fd, 0);
    resp_reader_init(&peer->reader);
    return peer;
}

void peer_free(struct peer *peer)
{
    if (!peer)
        return;
    dial_end(&peer->dial);
    buffer_release(&peer->input);
    mem_free(peer);
}

int peer_send(struct peer *peer, struct span bytes)
{
    while (bytes.size > 0) {
        long put = stream_write(&peer->dial.stream, bytes.data, bytes.size);
        int rc = 0;

        if (put < 0)
            return (int)put;
        bytes.data += put;
        bytes.size -= (size_t)put;
        if (put == 0)
            rc = wait_stream(peer, false, true);
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
        got = stream_read(&peer->dial.stream, buffer_reserve(&peer->input, READ_SIZE), READ_SIZE);
        if (got == ERR_AGAIN)
            rc = wait_stream(peer, true, false);
        else if (got < 0)
            rc = (int)got;
        else
            peer->input.size += (size_t)got;
        if (rc < 0)
            return rc;
    }
}

long peer_receive(struct peer *peer, char *to, size_t room)
{
    size_t size = peer->input.size < room ? peer->input.size : room;

    if (size > 0) {
        memcpy(to, peer->input.data, size);
        buffer_consume(&peer->input, size);
        return (long)size;
    }
    for (;;) {
        long got = stream_read(&peer->dial.stream, to, room);
        int rc;

        if (got != ERR_AGAIN)
            return got;
        rc = wait_stream(peer, true, false);
        if (rc < 0)
            return rc;
    }
}

int peer_read_line(struct peer *peer, char *to, size_t room)
{
    size_t size = 0;

    for (;;) {
        const char *end =
            peer->input.size ? memchr(peer->input.data, '\n', peer->input.size) : NULL;
        long got;

        if (end) {
            size = (size_t)(end - peer->input.data);
            if (size >= room)
                return ERR_FULL;
            memcpy(to, peer->input.data, size);
            buffer_consume(&peer->input, size + 1);
            while (size > 0 && to[size - 1] == '\r')
                size--;
            to[size] = '\0';
            if (size > 0)
                return 0;
            continue;
        }
        if (peer->input.size >= room)
            return ERR_FULL;
        got = stream_read(&peer->dial.stream, buffer_reserve(&peer->input, READ_SIZE), READ_SIZE);
        if (got == ERR_AGAIN)
            got = wait_stream(peer, true, false);
        else if (got > 0)
            peer->input.size += (size_t)got;
        if (got < 0)
            return (int)got;
    }
}

struct stream peer_take_stream(struct peer *peer, struct buffer *rest)
{
    struct stream stream = peer->dial.stream;

    *rest = peer->input;
    mem_free(peer);
    return stream;
}
