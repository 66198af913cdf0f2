/* connection_internal.h - what the files of the client library share about a connection. */
#ifndef MS_CLIENTS_C_CONNECTION_INTERNAL_H
#define MS_CLIENTS_C_CONNECTION_INTERNAL_H

#include "clients/c/millstream.h"
#include "core/bytes/buffer.h"
#include "core/hash/random.h"

#include <stdarg.h>
#include <stdbool.h>

struct reply_reader;

enum {
    ERROR_TEXT_SIZE = 512
};

struct ms_connection {
    struct ms_options options; /* the strings are our own copies */
    struct random chance;      /* of the backoff */
    int fd;                    /* -1: closed */
    int wake_fd;               /* borrowed from a consumer: readable ends a wait early; or -1 */
    void *session;             /* of the transport, NULL: none */
    int protocol;
    int64_t id;
    unsigned generation;
    size_t pending;    /* answers not received yet */
    struct buffer out; /* not written yet, from `out_at` on */
    size_t out_at;     /* written bytes at the start of `out` */
    struct buffer in;  /* not read yet, from `in_at` on */
    size_t in_at;      /* used bytes at the start of `in` */
    struct reply_reader *reader;
    ms_push_handler *on_push;
    void *push_context;
    char error[ERROR_TEXT_SIZE];
};

extern const struct ms_transport transport_plain;

int64_t time_now_ms(void); /* monotonic */

/* Sets the words of the error; returns `status`. */
int connection_fail(struct ms_connection *connection, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, and closes: nothing can be said about what was under way. */
int connection_break(struct ms_connection *connection, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One try to open, no backoff, within connect_timeout_ms. */
int connection_open_once(struct ms_connection *connection);

/* Opens with backoff until `deadline_ms` (monotonic; -1: as the options say). */
int connection_open_until(struct ms_connection *connection, int64_t deadline_ms);

/* Connects a socket within the time; *fd is non-blocking. In socket.c. */
int socket_connect(const struct ms_options *options, int64_t deadline_ms, int *fd, char *error,
                   size_t error_size);

/* Waits for `events` (POLLIN, POLLOUT) until `deadline_ms` (-1: for ever), or until `wake_fd` (-1:
 * none) is readable. 1: ready, 0: time is up, 2: woken, -1: errno tells. In socket.c. */
int socket_wait(int fd, short events, int wake_fd, int64_t deadline_ms);

/* Writes what is queued until `deadline_ms`; reads meanwhile into `in`. */
int connection_flush_until(struct ms_connection *connection, int64_t deadline_ms);

/* The next message, pushes too. MS_ERROR_TIMEOUT and MS_ERROR_STOPPED (woken) leave the connection
 * open. */
int connection_read(struct ms_connection *connection, struct ms_reply **reply, int64_t deadline_ms);

/* The next answer; pushes go to the handler. As connection_read otherwise. */
int connection_read_answer(struct ms_connection *connection, struct ms_reply **reply,
                           int64_t deadline_ms);

/* Writes a command from words with directives behind `out`, adding 1 to nothing; MS_OK or
 * MS_ERROR_USAGE with `out` as it was. In command.c. */
int command_format(struct buffer *out, const char *words, va_list arguments);

/* Writes *<argc> and arguments. */
void command_append(struct buffer *out, size_t argc, const char *const argv[],
                    const size_t sizes[]);
void command_append_header(struct buffer *out, size_t argc);
void command_append_bulk(struct buffer *out, const char *bytes, size_t size);

#endif
