#include "broker/server/acceptor.h"
#include "broker/net/loop.h"
#include "broker/net/stream_socket.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <string.h>

enum {
    LISTENERS_LIMIT = CONFIG_ADDRESSES_LIMIT + 1,
    ACCEPTS_PER_ROUND = 1000, /* connections taken before others get their turn */
};

struct listener {
    struct acceptor *acceptor;
    int fd;
    struct loop_io *io;
    char *unix_path; /* NULL for TCP */
    char *address;
};

struct acceptor {
    struct server *server;
    struct listener listeners[LISTENERS_LIMIT];
    int count;
};

struct new_connection {
    struct inbox_message message;
    int fd;
    char unix_path[ADDRESS_TEXT_LIMIT];
};

static void deliver_connection(void *receiver, struct inbox_message *message)
{
    struct reactor *reactor = receiver;
    struct new_connection *connection = (struct new_connection *)message;
    uint64_t id =
        atomic_fetch_add_explicit(&reactor->server->next_session_id, 1, memory_order_relaxed);

    session_new(reactor, connection->fd, id,
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

/* Says why and closes. The socket is new, so a short line always fits its buffer. */
static void refuse(struct server *server, int fd, const char *error)
{
    socket_write(fd, error, strlen(error));
    socket_close(fd);
    server->reactors[0]->stats.connections_rejected++;
}

static bool is_protected(const struct server *server, int fd)
{
    const struct config *config = server_config(server);

    return config->protected_mode && !config->requirepass[0] && !socket_is_local(fd);
}

static void place(struct listener *listener, int fd)
{
    struct server *server = listener->acceptor->server;
    struct reactor *reactor = least_loaded(server);
    struct new_connection *connection;

    if (atomic_load_explicit(&server->client_count, memory_order_relaxed) >=
        server_config(server)->maxclients) {
        refuse(server, fd, "-ERR max number of clients reached\r\n");
        return;
    }
    if (is_protected(server, fd)) {
        refuse(
            server, fd,
            "-DENIED Redis is running in protected mode because protected mode is enabled and no "
            "password is set for the default user. In this mode connections are only accepted "
            "from the loopback interface. To let other hosts connect, set a password with "
            "requirepass, or turn protected-mode off on a trusted network.\r\n");
        return;
    }
    connection = mem_zalloc(sizeof(*connection));
    connection->message.deliver = deliver_connection;
    connection->fd = fd;
    if (listener->unix_path)
        strncpy(connection->unix_path, listener->unix_path, sizeof(connection->unix_path) - 1);
    atomic_fetch_add_explicit(&server->client_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&reactor->session_count, 1, memory_order_relaxed);
    reactor_post(reactor, server->reactors[0], &connection->message);
}

static void on_ready(void *owner, bool readable, bool writable)
{
    struct listener *listener = owner;

    (void)readable;
    (void)writable;
    for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
        int fd = socket_accept(listener->fd);

        if (fd == ERR_AGAIN)
            return;
        if (fd < 0) {
            log_line(listener->acceptor->server->log, LOG_WARNING,
                     "Accepting a connection failed; is the limit of open files too low?");
            return;
        }
        place(listener, fd);
    }
}

static void add_listener(struct acceptor *acceptor, int fd, const char *address,
                         const char *unix_path)
{
    struct listener *listener = &acceptor->listeners[acceptor->count++];

    listener->acceptor = acceptor;
    listener->fd = fd;
    listener->address = mem_strdup(address);
    listener->unix_path = unix_path ? mem_strdup(unix_path) : NULL;
    listener->io = loop_io_new(acceptor->server->reactors[0]->loop, fd, on_ready, listener);
    loop_io_want(listener->io, true, false);
}

static int open_all(struct acceptor *acceptor, struct diag *diag)
{
    const struct config *config = server_config(acceptor->server);

    for (int i = 0; config->port > 0 && i < config->bind_count; i++) {
        const char *address = config->bind[i];
        bool optional = address[0] == '-';
        int fd = socket_listen_tcp(address + optional, config->port, config->tcp_backlog, diag);

        if (fd >= 0)
            add_listener(acceptor, fd, address + optional, NULL);
        else if (!optional)
            return ERR_IO;
    }
    if (config->unixsocket[0]) {
        int fd = socket_listen_unix(config->unixsocket, (unsigned)config->unixsocketperm,
                                    config->tcp_backlog, diag);

        if (fd < 0)
            return ERR_IO;
        add_listener(acceptor, fd, config->unixsocket, config->unixsocket);
    }
    if (acceptor->count == 0 && (config->port > 0 || config->unixsocket[0]))
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
        mem_free(listener->unix_path);
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
    for (int i = 0; acceptor && i < acceptor->count; i++) {
        const struct listener *listener = &acceptor->listeners[i];

        buffer_printf(out, "listener%d:name=%s,bind=%s", i, listener->unix_path ? "unix" : "tcp",
                      listener->address);
        if (!listener->unix_path)
            buffer_printf(out, ",port=%d", socket_port(listener->fd));
        buffer_printf(out, "\r\n");
    }
}
