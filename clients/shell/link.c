#include "clients/shell/link.h"
#include "core/base/error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    READ_SIZE = 16 * 1024
};

void link_init(struct link *link, const struct shell_options *options)
{
    memset(link, 0, sizeof(*link));
    link->options = options;
    link->fd = -1;
    link->arena = arena_new();
}

void link_release(struct link *link)
{
    link_close(link);
    buffer_release(&link->in);
    buffer_release(&link->out);
    arena_free(link->arena);
}

void link_close(struct link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
    buffer_clear(&link->in);
    buffer_clear(&link->out);
}

static int open_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        int reason = errno;

        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

static int open_tcp(struct link *link)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int fd = -1, on = 1, reason = 0, rc;
    char port[16];

    snprintf(port, sizeof(port), "%d", link->options->port);
    rc = getaddrinfo(link->options->host, port, &hints, &found);
    if (rc != 0) {
        snprintf(link->error, sizeof(link->error), "%s: %s", link->options->host, gai_strerror(rc));
        return -1;
    }
    for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0) {
            reason = errno;
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    else
        snprintf(link->error, sizeof(link->error), "Could not connect to %s:%d: %s",
                 link->options->host, link->options->port, strerror(reason));
    return fd;
}

static bool send_all(struct link *link)
{
    size_t sent = 0;

    while (sent < link->out.size) {
        ssize_t put = send(link->fd, link->out.data + sent, link->out.size - sent, MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            snprintf(link->error, sizeof(link->error), "%s", strerror(errno));
            link_close(link);
            return false;
        }
        sent += (size_t)put;
    }
    buffer_clear(&link->out);
    return true;
}

const struct resp_value *link_read(struct link *link)
{
    const struct resp_value *value = NULL;

    arena_reset(link->arena);
    for (;;) {
        size_t consumed = 0;
        ssize_t got;
        int rc = link->in.size == 0 ? 0
                                    : resp_reader_feed(&link->reader, link->arena, link->in.data,
                                                       link->in.size, &consumed, &value);

        buffer_consume(&link->in, consumed);
        if (rc > 0)
            return value;
        if (rc < 0) {
            snprintf(link->error, sizeof(link->error), "the reply is no RESP: %s",
                     link->reader.error);
            link_close(link);
            return NULL;
        }
        got = recv(link->fd, buffer_reserve(&link->in, READ_SIZE), READ_SIZE, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            snprintf(link->error, sizeof(link->error), "%s",
                     got == 0 ? "Server closed the connection" : strerror(errno));
            link_close(link);
            return NULL;
        }
        link->in.size += (size_t)got;
    }
}

/* One command of the greeting; an error reply ends it. */
static bool greet(struct link *link, size_t argc, const struct span *argv)
{
    const struct resp_value *value;

    resp_write_command(&link->out, argc, argv);
    if (!send_all(link))
        return false;
    value = link_read(link);
    if (value && value->type == RESP_ERROR)
        snprintf(link->error, sizeof(link->error), "%.*s", (int)value->text.size, value->text.data);
    return value && value->type != RESP_ERROR;
}

bool link_open(struct link *link)
{
    const struct shell_options *options = link->options;
    struct span words[3];

    resp_reader_init(&link->reader);
    if (options->socket_path) {
        link->fd = open_unix(options->socket_path);
        if (link->fd < 0)
            snprintf(link->error, sizeof(link->error), "Could not connect to %s: %s",
                     options->socket_path, strerror(errno));
    } else {
        link->fd = open_tcp(link);
    }
    if (link->fd < 0)
        return false;
    if (options->password) {
        words[0] = SPAN("AUTH");
        words[1] = span_text(options->user ? options->user : options->password);
        words[2] = span_text(options->password);
        if (!greet(link, options->user ? 3 : 2, words))
            return false;
    }
    if (options->resp3) {
        words[0] = SPAN("HELLO");
        words[1] = SPAN("3");
        if (!greet(link, 2, words))
            return false;
    }
    if (options->db > 0) {
        char db[16];

        words[0] = SPAN("SELECT");
        words[1] = span_of(db, (size_t)snprintf(db, sizeof(db), "%d", options->db));
        if (!greet(link, 2, words))
            return false;
    }
    return true;
}

const struct resp_value *link_call(struct link *link, size_t argc, const struct span *argv)
{
    if (link->fd < 0 && !link_open(link))
        return NULL;
    resp_write_command(&link->out, argc, argv);
    return send_all(link) ? link_read(link) : NULL;
}
