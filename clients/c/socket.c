/* Sockets: connecting within a time, waiting, and the plain transport. */
#include "clients/c/connection_internal.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int64_t time_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int socket_wait(int fd, short events, int wake_fd, int64_t deadline_ms)
{
    struct pollfd polled[2] = {{.fd = fd, .events = events}, {.fd = wake_fd, .events = POLLIN}};

    for (;;) {
        int64_t left = deadline_ms < 0 ? -1 : deadline_ms - time_now_ms();
        int ready;

        if (deadline_ms >= 0 && left < 0)
            left = 0;
        ready = poll(polled, 2, left > 3600000 ? 3600000 : (int)left);
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready > 0)
            return polled[0].revents ? 1 : 2;
        if (deadline_ms >= 0 && time_now_ms() >= deadline_ms)
            return 0;
    }
}

/* Starts connecting and waits for the end of it. MS_OK, or a status with words in `error`. */
static int connect_fd(int fd, const struct sockaddr *address, socklen_t size, int64_t deadline_ms,
                      char *error, size_t error_size)
{
    int failure = 0;
    socklen_t failure_size = sizeof(failure);

    if (connect(fd, address, size) == 0)
        return MS_OK;
    /* A full backlog of a Unix socket gives EAGAIN, and there is no waiting for it. */
    if (errno != EINPROGRESS) {
        snprintf(error, error_size, "connect: %s", strerror(errno));
        return MS_ERROR_IO;
    }
    if (socket_wait(fd, POLLOUT, -1, deadline_ms) != 1) {
        snprintf(error, error_size, "connect: timed out");
        return MS_ERROR_TIMEOUT;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &failure_size) < 0)
        failure = errno;
    if (failure) {
        snprintf(error, error_size, "connect: %s", strerror(failure));
        return MS_ERROR_IO;
    }
    return MS_OK;
}

static int connect_unix(const char *path, int64_t deadline_ms, int *out, char *error,
                        size_t error_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int rc;
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        snprintf(error, error_size, "%s: path too long for a socket", path);
        return MS_ERROR_IO;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        snprintf(error, error_size, "socket: %s", strerror(errno));
        return MS_ERROR_IO;
    }
    rc = connect_fd(fd, (const struct sockaddr *)&address, sizeof(address), deadline_ms, error,
                    error_size);
    if (rc == MS_OK)
        *out = fd;
    else
        close(fd);
    return rc;
}

static int connect_address(const struct addrinfo *address, int64_t deadline_ms, int *out,
                           char *error, size_t error_size)
{
    int on = 1;
    int rc;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        snprintf(error, error_size, "socket: %s", strerror(errno));
        return MS_ERROR_IO;
    }
    rc = connect_fd(fd, address->ai_addr, address->ai_addrlen, deadline_ms, error, error_size);
    if (rc != MS_OK) {
        close(fd);
        return rc;
    }
    /* Failing to set these costs latency or a late notice, nothing more. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    *out = fd;
    return MS_OK;
}

int socket_connect(const struct ms_options *options, int64_t deadline_ms, int *fd, char *error,
                   size_t error_size)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    char port[16];
    int rc;

    if (options->unix_path)
        return connect_unix(options->unix_path, deadline_ms, fd, error, error_size);
    snprintf(port, sizeof(port), "%d", options->port);
    rc = getaddrinfo(options->host, port, &hints, &addresses);
    if (rc != 0) {
        snprintf(error, error_size, "%s: %s", options->host, gai_strerror(rc));
        return MS_ERROR_IO;
    }
    rc = MS_ERROR_IO;
    for (struct addrinfo *at = addresses; at && rc != MS_OK; at = at->ai_next)
        rc = connect_address(at, deadline_ms, fd, error, error_size);
    freeaddrinfo(addresses);
    return rc;
}

/* ---- The plain transport: the session is the descriptor ---- */

static void *plain_open(void *context, int fd, const char *host, char *error, size_t error_size)
{
    int *session = mem_alloc(sizeof(*session));

    (void)context;
    (void)host;
    (void)error;
    (void)error_size;
    *session = fd;
    return session;
}

static ptrdiff_t plain_read(void *session, void *to, size_t size)
{
    ssize_t got = recv(*(int *)session, to, size, 0);

    if (got >= 0)
        return got; /* 0 is MS_TRANSPORT_END */
    return errno == EAGAIN || errno == EINTR ? MS_TRANSPORT_WANT_READ : MS_TRANSPORT_FAILED;
}

static ptrdiff_t plain_write(void *session, const void *from, size_t size)
{
    ssize_t sent = send(*(int *)session, from, size, MSG_NOSIGNAL);

    if (sent > 0)
        return sent;
    return sent == 0 || errno == EAGAIN || errno == EINTR ? MS_TRANSPORT_WANT_WRITE
                                                          : MS_TRANSPORT_FAILED;
}

const struct ms_transport transport_plain = {
    .open = plain_open,
    .start = NULL,
    .read = plain_read,
    .write = plain_write,
    .close = mem_free,
};
