#include "broker/server/acceptor.h"
#include "broker/acl/acl.h"
#include "broker/net/loop.h"
#include "broker/net/stream.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum {
    LISTENERS_LIMIT = 2 * CONFIG_ADDRESSES_LIMIT + 1,
};

enum listener_kind {
    LISTENER_TCP,
    LISTENER_TLS,
    LISTENER_UNIX,
    LISTENER_KINDS
};

struct listener {
    enum listener_kind kind;
    struct acceptor *acceptor;
    int fd;
    struct loop_io *io;
    char *address; /* of LISTENER_UNIX: its path */
};

struct acceptor {
    struct server *server;
    struct listener listeners[LISTENERS_LIMIT];
    int count;
};

struct new_connection {
    struct inbox_message message;
    struct stream stream;
    char unix_path[ADDRESS_TEXT_LIMIT];
};

static void deliver_connection(void *receiver, struct inbox_message *message)
{
    struct reactor *reactor = receiver;
    struct new_connection *connection = (struct new_connection *)message;
    uint64_t id =
        atomic_fetch_add_explicit(&reactor->server->next_session_id, 1, memory_order_relaxed);

    session_new(reactor, connection->stream, id,
                connection->unix_path[0] ? connection->unix_path : NULL);
    mem_free(connection);
}

static struct reactor *least_loaded(struct server *server)
{
    struct reactor *best = server->reactors[0];

    for (int i = 1; i < server->reactor_count; i++)
        if (atomic_load_explicit(&server->reactors[i]->session_count, memory_order_relaxed) <
            atomic_load_explicit(&best->session_count, memory_order_relaxed))
            best = server->reactors[i];
    return best;
}

/* Says why and closes. The socket is new, so a short line always fits its buffer. Over TLS nothing
 * can be said yet. */
static void refuse(struct server *server, struct stream *stream, const char *error)
{
    if (!stream->tls)
        socket_write(stream->fd, error, strlen(error));
    stream_close(stream);
    server->reactors[0]->stats.connections_rejected++;
}

const char *acceptor_objection(const struct server *server, int fd)
{
    const struct config *config = server_config(server);

    if (!config->protected_mode || acl_default_has_password(server->acl) || socket_is_local(fd))
        return NULL;
    return "-DENIED Redis is running in protected mode because protected mode is enabled and no "
           "password is set for the default user. In this mode connections are only accepted "
           "from the loopback interface. To let other hosts connect, set a password with "
           "requirepass, or turn protected-mode off on a trusted network.\r\n";
}

static void place(struct listener *listener, struct stream stream)
{
    struct server *server = listener->acceptor->server;
    struct reactor *reactor = least_loaded(server);
    struct new_connection *connection;
    const char *objection;

    if (atomic_load_explicit(&server->client_count, memory_order_relaxed) >=
        server_config(server)->maxclients) {
        refuse(server, &stream, "-ERR max number of clients reached\r\n");
        return;
    }
    objection = stream.tls ? NULL : acceptor_objection(server, stream.fd); /* TLS: once it can */
    if (objection) {
        refuse(server, &stream, objection);
        return;
    }
    connection = mem_zalloc(sizeof(*connection));
    connection->message.deliver = deliver_connection;
    connection->stream = stream;
    if (listener->kind == LISTENER_UNIX)
        strncpy(connection->unix_path, listener->address, sizeof(connection->unix_path) - 1);
    atomic_fetch_add_explicit(&server->client_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&reactor->session_count, 1, memory_order_relaxed);
    reactor_post(reactor, server->reactors[0], &connection->message);
}

static void on_ready(void *owner, bool readable, bool writable)
{
    struct listener *listener = owner;
    struct server *server = listener->acceptor->server;
    bool tls = listener->kind == LISTENER_TLS;
    int limit = tls ? server_config(server)->max_new_tls_connections
                    : server_config(server)->max_new_connections;

    (void)readable;
    (void)writable;
    for (int i = 0; i < limit; i++) {
        struct stream stream = {.fd = socket_accept(listener->fd)};

        if (stream.fd == ERR_AGAIN)
            return;
        if (stream.fd < 0) {
            log_line(server->log, LOG_WARNING,
                     "Accepting a connection failed; is the limit of open files too low?");
            return;
        }
        if (tls) {
            stream.tls = tls_accept(server->tls, stream.fd);
            if (!stream.tls) {
                refuse(server, &stream, "");
                continue;
            }
        }
        place(listener, stream);
    }
}

/* What arrives at the socket gets the mark, too. A server without the right to mark works. */
static void mark(struct server *server, int fd)
{
    unsigned id = (unsigned)server_config(server)->socket_mark_id;

    if (id > 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &id, sizeof(id)) < 0)
        log_line(server->log, LOG_WARNING, "socket-mark-id %u can't be set: %s", id,
                 strerror(errno));
}

static void add_listener(struct acceptor *acceptor, enum listener_kind kind, int fd,
                         const char *address)
{
    struct listener *listener = &acceptor->listeners[acceptor->count++];

    listener->kind = kind;
    listener->acceptor = acceptor;
    listener->fd = fd;
    listener->address = mem_strdup(address);
    listener->io = loop_io_new(acceptor->server->reactors[0]->loop, fd, on_ready, listener);
    loop_io_want(listener->io, true, false);
}

/* Every address of `bind` with this port. */
static int open_port(struct acceptor *acceptor, enum listener_kind kind, int port,
                     struct diag *diag)
{
    const struct config *config = server_config(acceptor->server);
    int opened = 0;

    for (int i = 0; port > 0 && i < config->bind_count; i++) {
        const char *address = config->bind[i];
        bool optional = address[0] == '-';
        int fd = socket_listen_tcp(address + optional, port, config->tcp_backlog, diag);

        if (fd < 0 && !optional)
            return ERR_IO;
        if (fd >= 0) {
            mark(acceptor->server, fd);
            add_listener(acceptor, kind, fd, address);
            opened++;
        }
    }
    if (port > 0 && opened == 0 && config->bind_count > 0)
        return diag_set(diag, ERR_IO, "no address to listen on could be opened");
    return 0;
}

static int open_all(struct acceptor *acceptor, struct diag *diag)
{
    const struct config *config = server_config(acceptor->server);

    if (open_port(acceptor, LISTENER_TCP, config->port, diag) < 0 ||
        open_port(acceptor, LISTENER_TLS, config->tls_port, diag) < 0)
        return ERR_IO;
    if (config->unixsocket[0]) {
        int fd = socket_listen_unix(config->unixsocket, (unsigned)config->unixsocketperm,
                                    config->tcp_backlog, diag);

        if (fd < 0)
            return ERR_IO;
        add_listener(acceptor, LISTENER_UNIX, fd, config->unixsocket);
    }
    if (acceptor->count == 0 && (config->port > 0 || config->tls_port > 0))
        return diag_set(diag, ERR_IO, "no address to listen on could be opened");
    return 0;
}

struct acceptor *acceptor_open(struct server *server, struct diag *diag)
{
    struct acceptor *acceptor = mem_zalloc(sizeof(*acceptor));

    acceptor->server = server;
    if (open_all(acceptor, diag) < 0) {
        acceptor_close(acceptor);
        return NULL;
    }
    return acceptor;
}

void acceptor_close(struct acceptor *acceptor)
{
    if (!acceptor)
        return;
    for (int i = 0; i < acceptor->count; i++) {
        struct listener *listener = &acceptor->listeners[i];

        loop_io_free(listener->io);
        socket_close(listener->fd);
        mem_free(listener->address);
    }
    mem_free(acceptor);
}

/* The old sockets must go first when the port stays the same: two listeners can't share an address.
 */
int acceptor_reopen(struct server *server, struct diag *diag)
{
    acceptor_close(server->acceptor);
    server->acceptor = acceptor_open(server, diag);
    loop_wake(server->reactors[0]->loop);
    return server->acceptor ? 0 : ERR_IO;
}

void acceptor_describe(const struct acceptor *acceptor, struct buffer *out)
{
    static const char *const names[LISTENER_KINDS] = {"tcp", "tls", "unix"};
    int number = 0;

    for (int kind = 0; acceptor && kind < LISTENER_KINDS; kind++) {
        int port = 0, count = 0;

        for (int i = 0; i < acceptor->count; i++) {
            const struct listener *listener = &acceptor->listeners[i];

            if ((int)listener->kind != kind)
                continue;
            if (count++ == 0)
                buffer_printf(out, "listener%d:name=%s", number++, names[kind]);
            buffer_printf(out, ",bind=%s", listener->address);
            port = socket_port(listener->fd);
        }
        if (port > 0)
            buffer_printf(out, ",port=%d", port);
        if (count > 0)
            buffer_printf(out, "\r\n");
    }
}
