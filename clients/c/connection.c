/* A connection: opening it (connect, handshake, HELLO, AUTH, SELECT, backoff), and moving bytes
 * both ways at once, so that a server stuck sending answers cannot lock up with a client stuck
 * sending commands. */
#include "clients/c/connection_internal.h"
#include "clients/c/reply_internal.h"
#include "core/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    READ_SIZE = 64 * 1024
};

void ms_options_init(struct ms_options *options)
{
    *options = (struct ms_options){
        .host = "127.0.0.1",
        .port = 6379,
        .protocol = 3,
        .connect_timeout_ms = 5000,
        .command_timeout_ms = 30000,
        .reconnect_limit = 5,
        .backoff_first_ms = 50,
        .backoff_limit_ms = 5000,
    };
}

static const char *copy_text(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

static void free_text(const char *text)
{
    mem_free((void *)(uintptr_t)text);
}

static uint64_t seed(void)
{
    uint64_t bits = 0;

    if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
        bits = (uint64_t)time_now_ms() ^ (uint64_t)getpid() << 32;
    return bits;
}

struct ms_connection *ms_connection_new(const struct ms_options *options)
{
    struct ms_connection *connection = mem_zalloc(sizeof(*connection));
    struct ms_options *own = &connection->options;

    ms_options_init(own);
    if (options)
        *own = *options;
    own->host = copy_text(own->host ? own->host : "127.0.0.1");
    own->unix_path = copy_text(own->unix_path);
    own->username = copy_text(own->username);
    own->password = copy_text(own->password);
    own->client_name = copy_text(own->client_name);
    if (!own->transport)
        own->transport = &transport_plain;
    connection->fd = -1;
    connection->wake_fd = -1;
    connection->reader = reply_reader_new();
    random_init(&connection->chance, seed());
    return connection;
}

void ms_connection_free(struct ms_connection *connection)
{
    if (!connection)
        return;
    ms_connection_close(connection);
    reply_reader_free(connection->reader);
    buffer_release(&connection->in);
    buffer_release(&connection->out);
    free_text(connection->options.host);
    free_text(connection->options.unix_path);
    free_text(connection->options.username);
    free_text(connection->options.password);
    free_text(connection->options.client_name);
    mem_free(connection);
}

void ms_connection_close(struct ms_connection *connection)
{
    if (connection->session)
        connection->options.transport->close(connection->session);
    connection->session = NULL;
    if (connection->fd >= 0)
        close(connection->fd);
    connection->fd = -1;
    connection->id = 0;
    connection->pending = 0;
    buffer_clear(&connection->in);
    buffer_clear(&connection->out);
    connection->in_at = connection->out_at = 0;
    reply_reader_reset(connection->reader);
}

static void set_error(struct ms_connection *connection, const char *format, va_list arguments)
{
    vsnprintf(connection->error, sizeof(connection->error), format, arguments);
}

int connection_fail(struct ms_connection *connection, int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set_error(connection, format, arguments);
    va_end(arguments);
    return status;
}

int connection_break(struct ms_connection *connection, int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set_error(connection, format, arguments);
    va_end(arguments);
    ms_connection_close(connection);
    return status;
}

/* ---- Bytes ---- */

/* Takes what the peer has sent into `in`: above 0 when there was something, or an enum
 * ms_transport_result. */
static ptrdiff_t fill(struct ms_connection *connection)
{
    struct buffer *in = &connection->in;
    ptrdiff_t got;

    if (connection->in_at > 0 &&
        (connection->in_at == in->size || connection->in_at >= READ_SIZE)) {
        buffer_consume(in, connection->in_at);
        connection->in_at = 0;
    }
    got = connection->options.transport->read(connection->session, buffer_reserve(in, READ_SIZE),
                                              READ_SIZE);
    if (got > 0)
        in->size += (size_t)got;
    return got;
}

/* What to say of a read or write that failed. */
static const char *failure(struct ms_connection *connection)
{
    const struct ms_transport *transport = connection->options.transport;
    int number = errno;
    const char *reason = transport->reason ? transport->reason(connection->session) : "";

    if (reason[0])
        return reason;
    return number ? strerror(number) : "failed";
}

static int fill_failed(struct ms_connection *connection, ptrdiff_t result)
{
    if (result == MS_TRANSPORT_END)
        return connection_break(connection, MS_ERROR_CLOSED, "the server closed the connection");
    return connection_break(connection, MS_ERROR_CLOSED, "read: %s", failure(connection));
}

int connection_flush_until(struct ms_connection *connection, int64_t deadline_ms)
{
    while (connection->out_at < connection->out.size) {
        ptrdiff_t sent = connection->options.transport->write(
            connection->session, connection->out.data + connection->out_at,
            connection->out.size - connection->out_at);
        ptrdiff_t got;
        int ready;

        if (sent > 0) {
            connection->out_at += (size_t)sent;
            continue;
        }
        if (sent != MS_TRANSPORT_WANT_WRITE && sent != MS_TRANSPORT_WANT_READ)
            return connection_break(connection, MS_ERROR_CLOSED, "write: %s", failure(connection));
        ready = socket_wait(connection->fd, POLLIN | POLLOUT, -1, deadline_ms);
        if (ready <= 0)
            return connection_break(connection, MS_ERROR_TIMEOUT, "write: timed out");
        got = fill(connection);
        if (got == MS_TRANSPORT_END || got == MS_TRANSPORT_FAILED)
            return fill_failed(connection, got);
    }
    buffer_clear(&connection->out);
    connection->out_at = 0;
    return MS_OK;
}

/* 1: a message is complete in *reply; 0: more bytes are needed; or MS_ERROR_PROTOCOL. */
static int take(struct ms_connection *connection, struct ms_reply **reply)
{
    const char *error;
    size_t used = 0;
    int rc;

    if (connection->in_at == connection->in.size)
        return 0;
    rc = reply_reader_feed(connection->reader, connection->in.data + connection->in_at,
                           connection->in.size - connection->in_at, &used, reply, &error);
    connection->in_at += used;
    if (rc < 0)
        return connection_break(connection, MS_ERROR_PROTOCOL, "not RESP: %s", error);
    return rc;
}

int connection_read(struct ms_connection *connection, struct ms_reply **reply, int64_t deadline_ms)
{
    *reply = NULL;
    for (;;) {
        int rc = take(connection, reply);
        ptrdiff_t got;
        short events;

        if (rc != 0)
            return rc > 0 ? MS_OK : rc;
        got = fill(connection);
        if (got > 0)
            continue;
        if (got == MS_TRANSPORT_END || got == MS_TRANSPORT_FAILED)
            return fill_failed(connection, got);
        events = got == MS_TRANSPORT_WANT_WRITE ? POLLOUT : POLLIN;
        rc = socket_wait(connection->fd, events, connection->wake_fd, deadline_ms);
        if (rc == 0)
            return connection_fail(connection, MS_ERROR_TIMEOUT, "no answer in time");
        if (rc == 2)
            return connection_fail(connection, MS_ERROR_STOPPED, "stopped");
        if (rc < 0)
            return connection_break(connection, MS_ERROR_CLOSED, "poll: %s", strerror(errno));
    }
}

int connection_read_answer(struct ms_connection *connection, struct ms_reply **reply,
                           int64_t deadline_ms)
{
    for (;;) {
        int rc = connection_read(connection, reply, deadline_ms);

        if (rc != MS_OK)
            return rc;
        if (ms_value_type(ms_reply_value(*reply)) != MS_PUSH)
            break;
        if (connection->on_push)
            connection->on_push(connection->push_context, ms_reply_value(*reply));
        ms_reply_free(*reply);
    }
    if (connection->pending > 0)
        connection->pending--;
    if (ms_value_type(ms_reply_value(*reply)) == MS_ERROR)
        return connection_fail(connection, MS_ERROR_REPLY, "%s",
                               ms_value_text(ms_reply_value(*reply), NULL));
    connection->error[0] = '\0';
    return MS_OK;
}

/* ---- Opening ---- */

/* Sends one command of the login and waits. A login that cannot go on closes the connection. */
static int login_command(struct ms_connection *connection, size_t argc, const char *const argv[],
                         int64_t deadline_ms, struct ms_reply **reply)
{
    int rc;

    command_append(&connection->out, argc, argv, NULL);
    connection->pending++;
    rc = connection_flush_until(connection, deadline_ms);
    if (rc == MS_OK)
        rc = connection_read_answer(connection, reply, deadline_ms);
    else
        *reply = NULL;
    if (rc == MS_ERROR_TIMEOUT)
        ms_connection_close(connection);
    return rc == MS_ERROR_CLOSED ? MS_ERROR_IO : rc; /* nothing of the caller's was sent */
}

/* A command of which only success matters. */
static int login_simple(struct ms_connection *connection, size_t argc, const char *const argv[],
                        int64_t deadline_ms)
{
    struct ms_reply *reply;
    int rc = login_command(connection, argc, argv, deadline_ms, &reply);

    ms_reply_free(reply);
    return rc;
}

static int login_auth(struct ms_connection *connection, int64_t deadline_ms)
{
    const struct ms_options *options = &connection->options;
    const char *argv[3] = {"AUTH", options->username, options->password};

    if (!options->password)
        return MS_OK;
    if (options->username)
        return login_simple(connection, 3, argv, deadline_ms);
    argv[1] = options->password;
    return login_simple(connection, 2, argv, deadline_ms);
}

/* HELLO 3 with AUTH in it. A server that has no HELLO is logged in to in RESP2. */
static int login_hello(struct ms_connection *connection, int64_t deadline_ms)
{
    const struct ms_options *options = &connection->options;
    const char *argv[5] = {"HELLO", "3", "AUTH", options->username ? options->username : "default",
                           options->password};
    struct ms_reply *reply;
    int rc;

    connection->protocol = 2;
    if (options->protocol != 3)
        return login_auth(connection, deadline_ms);
    rc = login_command(connection, options->password ? 5 : 2, argv, deadline_ms, &reply);
    if (rc == MS_OK) {
        connection->protocol = 3;
        connection->id = ms_value_integer(ms_value_get(ms_reply_value(reply), "id"));
    } else if (rc == MS_ERROR_REPLY && (strstr(connection->error, "unknown command") ||
                                        strncmp(connection->error, "NOPROTO", 7) == 0)) {
        rc = login_auth(connection, deadline_ms);
    }
    ms_reply_free(reply);
    return rc;
}

static int login(struct ms_connection *connection, int64_t deadline_ms)
{
    const struct ms_options *options = &connection->options;
    int rc = login_hello(connection, deadline_ms);

    if (rc == MS_OK && options->client_name) {
        const char *argv[] = {"CLIENT", "SETNAME", options->client_name};

        rc = login_simple(connection, 3, argv, deadline_ms);
    }
    if (rc == MS_OK && options->database != 0) {
        char database[16];
        const char *argv[] = {"SELECT", database};

        snprintf(database, sizeof(database), "%d", options->database);
        rc = login_simple(connection, 2, argv, deadline_ms);
    }
    return rc;
}

static int start_transport(struct ms_connection *connection, int64_t deadline_ms)
{
    const struct ms_transport *transport = connection->options.transport;
    char *error = connection->error;

    snprintf(error, ERROR_TEXT_SIZE, "the transport failed to start");
    connection->session = transport->open(connection->options.transport_context, connection->fd,
                                          connection->options.host, error, ERROR_TEXT_SIZE);
    if (!connection->session)
        return MS_ERROR_IO;
    while (transport->start) {
        int result = transport->start(connection->session, error, ERROR_TEXT_SIZE);

        if (result == MS_TRANSPORT_END)
            break;
        if (result == MS_TRANSPORT_FAILED)
            return MS_ERROR_IO;
        if (socket_wait(connection->fd, result == MS_TRANSPORT_WANT_WRITE ? POLLOUT : POLLIN, -1,
                        deadline_ms) != 1)
            return connection_fail(connection, MS_ERROR_TIMEOUT, "handshake: timed out");
    }
    return MS_OK;
}

int connection_open_once(struct ms_connection *connection)
{
    int64_t deadline_ms = connection->options.connect_timeout_ms > 0
                              ? time_now_ms() + connection->options.connect_timeout_ms
                              : -1;
    int wake_fd = connection->wake_fd; /* a login once begun is finished */
    int rc;

    ms_connection_close(connection);
    connection->wake_fd = -1;
    rc = socket_connect(&connection->options, deadline_ms, &connection->fd, connection->error,
                        sizeof(connection->error));
    if (rc == MS_OK)
        rc = start_transport(connection, deadline_ms);
    if (rc == MS_OK)
        rc = login(connection, deadline_ms);
    connection->wake_fd = wake_fd;
    if (rc != MS_OK) {
        ms_connection_close(connection);
        return rc;
    }
    connection->generation++;
    connection->error[0] = '\0';
    return MS_OK;
}

/* The pause before try number `at` (from 1): doubling, between half and all of it by chance, so
 * that many clients do not come back in step. */
static int64_t backoff_ms(struct ms_connection *connection, int at)
{
    int64_t limit = connection->options.backoff_limit_ms;
    int64_t pause = connection->options.backoff_first_ms;

    if (pause < 1)
        pause = 1;
    for (int i = 1; i < at && pause < limit; i++)
        pause *= 2;
    if (pause > limit)
        pause = limit > 1 ? limit : 1;
    return pause / 2 + (int64_t)random_below(&connection->chance, (uint64_t)pause / 2 + 1);
}

/* A login that is refused stays refused, except while the server loads its data. */
static bool may_retry(const struct ms_connection *connection, int status)
{
    if (status == MS_ERROR_REPLY)
        return strncmp(connection->error, "LOADING", 7) == 0;
    return status == MS_ERROR_IO || status == MS_ERROR_TIMEOUT;
}

int connection_open_until(struct ms_connection *connection, int64_t deadline_ms)
{
    for (int at = 1; connection->fd < 0; at++) {
        int rc = connection_open_once(connection);
        int64_t until;

        if (rc == MS_OK)
            break;
        if (!may_retry(connection, rc))
            return rc;
        if (deadline_ms < 0 && connection->options.reconnect_limit >= 0 &&
            at > connection->options.reconnect_limit)
            return rc;
        until = time_now_ms() + backoff_ms(connection, at);
        if (deadline_ms >= 0 && until >= deadline_ms)
            return rc;
        if (socket_wait(-1, 0, connection->wake_fd, until) == 2)
            return connection_fail(connection, MS_ERROR_STOPPED, "stopped while reconnecting");
    }
    return MS_OK;
}

int ms_connection_open(struct ms_connection *connection)
{
    return connection_open_until(connection, -1);
}
