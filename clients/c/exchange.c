/* The public calls that send and receive over a connection. */
#include "clients/c/connection_internal.h"

#include <stdio.h>
#include <string.h>

int ms_connection_is_open(const struct ms_connection *connection)
{
    return connection->fd >= 0;
}

const char *ms_connection_error(const struct ms_connection *connection)
{
    return connection->error;
}

int ms_connection_fd(const struct ms_connection *connection)
{
    return connection->fd;
}

int ms_connection_protocol(const struct ms_connection *connection)
{
    return connection->protocol;
}

int64_t ms_connection_id(const struct ms_connection *connection)
{
    return connection->id;
}

unsigned ms_connection_generation(const struct ms_connection *connection)
{
    return connection->generation;
}

size_t ms_connection_pending(const struct ms_connection *connection)
{
    return connection->pending;
}

void ms_connection_on_push(struct ms_connection *connection, ms_push_handler *handler,
                           void *context)
{
    connection->on_push = handler;
    connection->push_context = context;
}

void ms_connection_set_timeout(struct ms_connection *connection, int timeout_ms)
{
    connection->options.command_timeout_ms = timeout_ms;
}

static int64_t answer_deadline(const struct ms_connection *connection)
{
    int timeout_ms = connection->options.command_timeout_ms;

    return timeout_ms > 0 ? time_now_ms() + timeout_ms : -1;
}

int ms_send(struct ms_connection *connection, size_t argc, const char *const argv[],
            const size_t sizes[])
{
    int rc;

    if (argc == 0)
        return connection_fail(connection, MS_ERROR_USAGE, "a command needs at least its name");
    rc = ms_connection_open(connection);
    if (rc != MS_OK)
        return rc;
    command_append(&connection->out, argc, argv, sizes);
    connection->pending++;
    return MS_OK;
}

static int send_format(struct ms_connection *connection, const char *words, va_list arguments)
{
    int rc = ms_connection_open(connection);

    if (rc != MS_OK)
        return rc;
    if (command_format(&connection->out, words, arguments) != MS_OK)
        return connection_fail(connection, MS_ERROR_USAGE, "not a command: %s", words);
    connection->pending++;
    return MS_OK;
}

int ms_sendf(struct ms_connection *connection, const char *words, ...)
{
    va_list arguments;
    int rc;

    va_start(arguments, words);
    rc = send_format(connection, words, arguments);
    va_end(arguments);
    return rc;
}

int ms_send_raw(struct ms_connection *connection, const void *bytes, size_t size, size_t commands)
{
    int rc = ms_connection_open(connection);

    if (rc != MS_OK)
        return rc;
    buffer_append(&connection->out, bytes, size);
    connection->pending += commands;
    return MS_OK;
}

int ms_flush(struct ms_connection *connection)
{
    if (connection->fd < 0)
        return connection_fail(connection, MS_ERROR_CLOSED, "the connection is closed");
    return connection_flush_until(connection, answer_deadline(connection));
}

int ms_receive(struct ms_connection *connection, struct ms_reply **reply)
{
    struct ms_reply *dropped = NULL;
    int rc;

    if (!reply) {
        rc = ms_receive(connection, &dropped);
        ms_reply_free(dropped);
        return rc;
    }
    *reply = NULL;
    if (connection->pending == 0)
        return connection_fail(connection, connection->fd < 0 ? MS_ERROR_CLOSED : MS_ERROR_USAGE,
                               connection->fd < 0 ? "the connection is closed"
                                                  : "no answer is due");
    rc = ms_flush(connection);
    if (rc != MS_OK)
        return rc;
    rc = connection_read_answer(connection, reply, answer_deadline(connection));
    if (rc == MS_ERROR_TIMEOUT || rc == MS_ERROR_STOPPED) /* a late answer would be taken for the
                                                             next command's */
        ms_connection_close(connection);
    return rc;
}

int ms_receive_any(struct ms_connection *connection, struct ms_reply **reply, int timeout_ms)
{
    int rc;

    *reply = NULL;
    rc = ms_flush(connection);
    if (rc == MS_OK)
        rc = connection_read(connection, reply, timeout_ms < 0 ? -1 : time_now_ms() + timeout_ms);
    if (rc == MS_OK && ms_value_type(ms_reply_value(*reply)) != MS_PUSH && connection->pending > 0)
        connection->pending--;
    if (rc == MS_OK)
        connection->error[0] = '\0';
    return rc;
}

static int exchange_possible(struct ms_connection *connection)
{
    if (connection->pending > 0)
        return connection_fail(connection, MS_ERROR_USAGE,
                               "answers of earlier commands have not been received");
    return MS_OK;
}

int ms_command(struct ms_connection *connection, size_t argc, const char *const argv[],
               const size_t sizes[], struct ms_reply **reply)
{
    int rc = exchange_possible(connection);

    if (reply)
        *reply = NULL;
    if (rc == MS_OK)
        rc = ms_send(connection, argc, argv, sizes);
    return rc == MS_OK ? ms_receive(connection, reply) : rc;
}

int ms_commandf(struct ms_connection *connection, struct ms_reply **reply, const char *words, ...)
{
    va_list arguments;
    int rc = exchange_possible(connection);

    if (reply)
        *reply = NULL;
    va_start(arguments, words);
    if (rc == MS_OK)
        rc = send_format(connection, words, arguments);
    va_end(arguments);
    return rc == MS_OK ? ms_receive(connection, reply) : rc;
}

struct ms_field ms_field_text(const char *name, const char *value)
{
    return (struct ms_field){name, strlen(name), value, strlen(value)};
}
