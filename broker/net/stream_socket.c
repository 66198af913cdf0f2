#include "broker/net/stream_socket.h"
#include "core/base/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

long socket_read(int fd, char *to, size_t room)
{
    ssize_t got;

    do {
        got = read(fd, to, room);
    } while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    if (got == 0)
        return ERR_CLOSED;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return ERR_AGAIN;
    return errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
}

long socket_write(int fd, const char *bytes, size_t size)
{
    ssize_t put;

    do {
        put = send(fd, bytes, size, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    if (put >= 0)
        return put;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return 0;
    return errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
}

long socket_write_parts(int fd, struct iovec *parts, int count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    ssize_t put;

    do {
        put = sendmsg(fd, &message, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    if (put >= 0)
        return put;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return 0;
    return errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
}

static void set_option(int fd, int level, int name, int value)
{
    if (setsockopt(fd, level, name, &value, sizeof(value)) < 0)
        return; /* a Unix socket, or a peer that is gone already */
}

void socket_tune(int fd, int keepalive_s)
{
    int third = keepalive_s / 3 > 0 ? keepalive_s / 3 : 1;

    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (keepalive_s <= 0)
        return;
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_s);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, third);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

static void address_text(const struct sockaddr_storage *address, const char *unix_path,
                         char text[ADDRESS_TEXT_LIMIT])
{
    char host[INET6_ADDRSTRLEN] = "?";

    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;

        inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
        snprintf(text, ADDRESS_TEXT_LIMIT, "%s:%d", host, ntohs(in->sin_port));
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)address;

        inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
        snprintf(text, ADDRESS_TEXT_LIMIT, "[%s]:%d", host, ntohs(in->sin6_port));
    } else {
        snprintf(text, ADDRESS_TEXT_LIMIT, "%s:0", unix_path ? unix_path : "?");
    }
}

void socket_peer_text(int fd, const char *unix_path, char text[ADDRESS_TEXT_LIMIT])
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);

    if (getpeername(fd, (struct sockaddr *)&address, &size) < 0)
        snprintf(text, ADDRESS_TEXT_LIMIT, "?:0");
    else
        address_text(&address, unix_path, text);
}

void socket_local_text(int fd, const char *unix_path, char text[ADDRESS_TEXT_LIMIT])
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        snprintf(text, ADDRESS_TEXT_LIMIT, "?:0");
    else
        address_text(&address, unix_path, text);
}

bool socket_is_local(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);

    if (getpeername(fd, (struct sockaddr *)&address, &size) < 0)
        return false;
    if (address.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)&address;

        return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
    }
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)&address;

        return IN6_IS_ADDR_LOOPBACK(&in->sin6_addr) ||
               (IN6_IS_ADDR_V4MAPPED(&in->sin6_addr) && in->sin6_addr.s6_addr[12] == 127);
    }
    return true;
}

static int listen_on(const struct addrinfo *at, int backlog)
{
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
    int saved;

    if (fd < 0)
        return -1;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (at->ai_family == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, backlog) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int socket_listen_tcp(const char *host, int port, int backlog, struct diag *diag)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    const char *node = host;
    char service[16];
    int fd = -1;
    int rc;

    if (strcmp(host, "*") == 0) {
        node = NULL;
        hints.ai_family = AF_INET;
    } else if (strcmp(host, "::*") == 0) {
        node = NULL;
        hints.ai_family = AF_INET6;
    }
    snprintf(service, sizeof(service), "%d", port);
    rc = getaddrinfo(node, service, &hints, &found);
    if (rc != 0) {
        diag_set(diag, ERR_IO, "resolve %s: %s", host, gai_strerror(rc));
        return -1;
    }
    for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
        fd = listen_on(at, backlog);
    if (fd < 0)
        diag_errno(diag, "listen on %s:%d", host, port);
    freeaddrinfo(found);
    return fd;
}

int socket_listen_unix(const char *path, unsigned mode, int backlog, struct diag *diag)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        diag_set(diag, ERR_RANGE, "unixsocket path is longer than %zu bytes",
                 sizeof(address.sun_path) - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    unlink(path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        diag_errno(diag, "socket");
        return -1;
    }
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, backlog) < 0 ||
        (mode && chmod(path, mode) < 0)) {
        diag_errno(diag, "listen on %s", path);
        close(fd);
        return -1;
    }
    return fd;
}

int socket_accept(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0)
        return fd;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
        return ERR_AGAIN;
    return ERR_IO;
}

int socket_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

void socket_close(int fd)
{
    close(fd);
}
