#include "clients/shell/session.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    SLICE_MS = 100,        /* how late an interrupt may be noticed */
    DOCS_TIMEOUT_MS = 2000 /* hints are not worth a longer wait */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

void session_catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt}; /* no SA_RESTART: reads must end */

    sigaction(SIGINT, &action, NULL);
}

void session_init(struct session *session, const struct shell_options *options)
{
    memset(session, 0, sizeof(*session));
    session->options = options;
    session->connect = options->connection;
}

void session_release(struct session *session)
{
    ms_connection_free(session->connection);
    docs_free(session->docs);
    session->connection = NULL;
    session->docs = NULL;
}

static void print_value(struct session *session, const struct ms_value *value, bool as_text)
{
    enum format format = session->options->format;
    struct buffer out = {0};

    if (format == FORMAT_JSON && session->options->ascii_json)
        format = FORMAT_ASCII_JSON;
    if (as_text && format == FORMAT_TERMINAL && ms_value_type(value) == MS_STRING)
        format = FORMAT_RAW;
    format_value(&out, format, value);
    if (format == FORMAT_RAW && (out.size == 0 || out.data[out.size - 1] != '\n' || !as_text))
        buffer_append_byte(&out, '\n');
    fwrite(out.data, 1, out.size, stdout);
    fflush(stdout);
    buffer_release(&out);
}

/* ---- Connecting ---- */

static void print_connect_error(const struct session *session)
{
    const struct ms_options *connect = &session->connect;
    const char *error = ms_connection_error(session->connection);

    if (connect->unix_path)
        fprintf(stderr, "Could not connect to Millstream at %s: %s\n", connect->unix_path, error);
    else
        fprintf(stderr, "Could not connect to Millstream at %s:%d: %s\n", connect->host,
                connect->port, error);
}

/* RESP3 pushes that come while an answer is waited for. */
static void on_push(void *context, const struct ms_value *push)
{
    struct session *session = context;

    if (session->options->show_pushes)
        print_value(session, push, false);
}

int session_connect(struct session *session)
{
    int rc;

    if (session->connection && ms_connection_is_open(session->connection))
        return MS_OK;
    ms_connection_free(session->connection);
    session->in_transaction = false;
    session->connection = ms_connection_new(&session->connect);
    ms_connection_on_push(session->connection, on_push, session);
    rc = ms_connection_open(session->connection);
    if (rc == MS_ERROR_REPLY && session->connect.password) {
        /* A wrong password is no reason not to talk: the server says what it thinks of each
         * command, and AUTH may follow. */
        struct ms_options bare = session->connect;

        fprintf(stderr, "AUTH failed: %s\n", ms_connection_error(session->connection));
        bare.password = NULL;
        bare.username = NULL;
        bare.database = 0;
        bare.protocol = 2;
        ms_connection_free(session->connection);
        session->connection = ms_connection_new(&bare);
        rc = ms_connection_open(session->connection);
    }
    if (rc != MS_OK)
        print_connect_error(session);
    return rc;
}

void session_fetch_docs(struct session *session)
{
    struct ms_reply *reply;

    if (session->docs || !session->connection || !ms_connection_is_open(session->connection))
        return;
    ms_connection_set_timeout(session->connection, DOCS_TIMEOUT_MS);
    if (ms_commandf(session->connection, &reply, "COMMAND DOCS") == MS_OK)
        session->docs = docs_new(ms_reply_value(reply));
    ms_reply_free(reply);
    if (ms_connection_is_open(session->connection))
        ms_connection_set_timeout(session->connection, session->connect.command_timeout_ms);
}

void session_prompt(const struct session *session, char *to, size_t size)
{
    const struct ms_options *connect = &session->connect;
    char database[16] = "";

    if (!session->connection || !ms_connection_is_open(session->connection)) {
        snprintf(to, size, "not connected> ");
        return;
    }
    if (connect->database != 0)
        snprintf(database, sizeof(database), "[%d]", connect->database);
    if (connect->unix_path)
        snprintf(to, size, "millstream %s%s%s> ", connect->unix_path, database,
                 session->in_transaction ? "(TX)" : "");
    else
        snprintf(to, size, "%s:%d%s%s> ", connect->host, connect->port, database,
                 session->in_transaction ? "(TX)" : "");
}

/* ---- Running ---- */

static bool is_named(size_t argc, const struct span *argv, const char *first, const char *second)
{
    if (argc < 1 || !span_is(argv[0], first))
        return false;
    return !second || (argc > 1 && span_is(argv[1], second));
}

/* Commands whose answer is a page for people, which quotation marks would make unreadable. */
static bool answers_text(size_t argc, const struct span *argv)
{
    static const char *const names[][2] = {
        {"info", NULL},
        {"lolwut", NULL},
        {"client", "list"},
        {"client", "info"},
        {"cluster", "nodes"},
        {"cluster", "info"},
        {"memory", "doctor"},
        {"memory", "malloc-stats"},
        {"latency", "doctor"},
        {"latency", "graph"},
        {"debug", "htstats"},
        {"debug", "htstats-key"},
        {"debug", "client-eviction"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (is_named(argc, argv, names[i][0], names[i][1]))
            return true;
    return false;
}

static bool is_subscribe(size_t argc, const struct span *argv)
{
    return is_named(argc, argv, "subscribe", NULL) || is_named(argc, argv, "psubscribe", NULL) ||
           is_named(argc, argv, "ssubscribe", NULL);
}

/* Commands answered by pushes in RESP3. */
static bool is_unsubscribe(size_t argc, const struct span *argv)
{
    return is_named(argc, argv, "unsubscribe", NULL) ||
           is_named(argc, argv, "punsubscribe", NULL) || is_named(argc, argv, "sunsubscribe", NULL);
}

static bool is_silenced(size_t argc, const struct span *argv)
{
    return argc == 3 && is_named(argc, argv, "client", "reply") && !span_is(argv[2], "on");
}

/* The next message, however long it takes; MS_ERROR_STOPPED after an interrupt. */
static int wait_message(struct session *session, struct ms_reply **reply)
{
    for (;;) {
        int rc = ms_receive_any(session->connection, reply, session->interactive ? SLICE_MS : -1);

        if (rc != MS_ERROR_TIMEOUT)
            return rc;
        if (interrupted)
            return MS_ERROR_STOPPED;
    }
}

/* Keeps the options of the next connection equal to the state of this one. */
static void follow(struct session *session, size_t argc, const struct span *argv)
{
    int64_t database;

    if (argc == 2 && is_named(argc, argv, "select", NULL) &&
        num_parse_i64(argv[1], &database) == 0) {
        session->connect.database = (int)database;
    } else if ((argc == 2 || argc == 3) && is_named(argc, argv, "auth", NULL) &&
               argv[argc - 1].size < sizeof(session->password) &&
               argv[1].size < sizeof(session->username)) {
        snprintf(session->password, sizeof(session->password), "%.*s", SPAN_ARGS(argv[argc - 1]));
        snprintf(session->username, sizeof(session->username), "%.*s",
                 argc == 3 ? (int)argv[1].size : 0, argv[1].data);
        session->connect.password = session->password;
        session->connect.username = argc == 3 ? session->username : NULL;
    } else if (is_named(argc, argv, "hello", NULL) && argc > 1) {
        session->connect.protocol = span_is(argv[1], "3") ? 3 : 2;
    } else if (is_named(argc, argv, "multi", NULL)) {
        session->in_transaction = true;
    } else if (is_named(argc, argv, "exec", NULL) || is_named(argc, argv, "discard", NULL)) {
        session->in_transaction = false;
    } else if (is_named(argc, argv, "reset", NULL)) {
        session->in_transaction = false;
        session->connect.database = 0;
        session->connect.protocol = 2;
    }
}

/* Prints message after message until the connection ends or the user interrupts. An error instead
 * of the first message means that there is nothing to wait for. */
static int stream(struct session *session)
{
    bool first = true;
    int rc;

    for (;; first = false) {
        struct ms_reply *reply;
        bool refused;

        rc = wait_message(session, &reply);
        if (rc != MS_OK)
            break;
        refused = first && ms_value_type(ms_reply_value(reply)) == MS_ERROR;
        if (first && !refused && session->options->format == FORMAT_TERMINAL)
            puts("Reading messages... (press Ctrl-C to quit)");
        print_value(session, ms_reply_value(reply), false);
        ms_reply_free(reply);
        if (refused)
            return 1;
    }
    if (rc != MS_ERROR_STOPPED)
        fprintf(stderr, "Error: %s\n", ms_connection_error(session->connection));
    ms_connection_close(session->connection);
    return rc == MS_ERROR_STOPPED ? 0 : 2;
}

static int take_answer(struct session *session, size_t argc, const struct span *argv)
{
    struct ms_reply *reply;
    const struct ms_value *value;
    int failed;
    int rc;

    for (;;) {
        rc = wait_message(session, &reply);
        if (rc != MS_OK) {
            if (rc != MS_ERROR_STOPPED)
                fprintf(stderr, "Error: %s\n", ms_connection_error(session->connection));
            ms_connection_close(session->connection);
            return 2;
        }
        value = ms_reply_value(reply);
        if (ms_value_type(value) != MS_PUSH || is_unsubscribe(argc, argv))
            break;
        on_push(session, value);
        ms_reply_free(reply);
    }
    print_value(session, value, answers_text(argc, argv));
    failed = ms_value_type(value) == MS_ERROR;
    ms_reply_free(reply);
    if (!failed)
        follow(session, argc, argv);
    else if (is_named(argc, argv, "exec", NULL)) /* EXECABORT ends the transaction, too */
        session->in_transaction = false;
    return failed;
}

static int send_command(struct session *session, size_t argc, const struct span *argv)
{
    const char **texts = mem_alloc(argc * sizeof(*texts));
    size_t *sizes = mem_alloc(argc * sizeof(*sizes));
    int rc;

    for (size_t i = 0; i < argc; i++) {
        texts[i] = argv[i].data ? argv[i].data : "";
        sizes[i] = argv[i].size;
    }
    rc = ms_send(session->connection, argc, texts, sizes);
    if (rc == MS_OK)
        rc = ms_flush(session->connection);
    mem_free(texts);
    mem_free(sizes);
    return rc;
}

/* A connection that broke while nobody looked shows only now: one quiet second try. */
static bool is_stale(struct session *session)
{
    struct ms_reply *reply;
    int rc;

    if (!ms_connection_is_open(session->connection))
        return true;
    while ((rc = ms_receive_any(session->connection, &reply, 0)) == MS_OK) {
        on_push(session, ms_reply_value(reply));
        ms_reply_free(reply);
    }
    return rc != MS_ERROR_TIMEOUT;
}

int session_run(struct session *session, size_t argc, const struct span *argv)
{
    int rc;

    interrupted = 0;
    if (session->connection && is_stale(session))
        ms_connection_close(session->connection);
    if (session_connect(session) != MS_OK)
        return 2;
    if (send_command(session, argc, argv) != MS_OK) {
        fprintf(stderr, "Error: %s\n", ms_connection_error(session->connection));
        return 2;
    }
    if (is_silenced(argc, argv))
        return 0;
    if (is_subscribe(argc, argv))
        return stream(session);
    rc = take_answer(session, argc, argv);
    if (rc == 0 && is_named(argc, argv, "monitor", NULL))
        return stream(session);
    return rc;
}
