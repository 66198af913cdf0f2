#include "clients/bench/bench.h"
#include "clients/bench/workload.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_AT_ONCE = 512,
    READ_SIZE = 64 * 1024,
    PROGRESS_EVERY_MS = 250,
    STALL_LIMIT_MS = 30000, /* nothing came for so long: the test is given up */
    NAP_MS = 10,            /* between two looks at the server */
    WORDS_LIMIT = 64,
};

void bench_fail(struct bench *bench, const char *reason, struct span detail)
{
    if (bench->failed)
        return;
    bench->failed = true;
    snprintf(bench->reason, sizeof(bench->reason), "%s%s%.*s", reason, detail.size ? ": " : "",
             (int)(detail.size < 200 ? detail.size : 200), detail.data ? detail.data : "");
}

/* --- Sending. */

static void note_unsent(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;

    if (connection->unsent)
        return;
    connection->unsent = true;
    bench->unsent[bench->unsent_count++] = connection;
}

static void note_sent(struct bench_connection *connection)
{
    unsigned at;

    if (connection->sent_count == connection->sent_capacity) {
        unsigned capacity = connection->sent_capacity ? connection->sent_capacity * 2 : 32;
        uint64_t *ring = mem_alloc(capacity * sizeof(*ring));

        for (unsigned i = 0; i < connection->sent_count; i++)
            ring[i] = connection->sent_ns[(connection->sent_first + i) % connection->sent_capacity];
        mem_free(connection->sent_ns);
        connection->sent_ns = ring;
        connection->sent_first = 0;
        connection->sent_capacity = capacity;
    }
    at = (connection->sent_first + connection->sent_count) % connection->sent_capacity;
    connection->sent_ns[at] = clock_monotonic_ns();
    connection->sent_count++;
}

static uint64_t take_sent(struct bench_connection *connection)
{
    uint64_t sent_ns = connection->sent_ns[connection->sent_first];

    CHECK(connection->sent_count > 0);
    connection->sent_first = (connection->sent_first + 1) % connection->sent_capacity;
    connection->sent_count--;
    return sent_ns;
}

void bench_send(struct bench_connection *connection, size_t argc, const struct span *argv)
{
    resp_write_command(&connection->out, argc, argv);
    note_sent(connection);
    note_unsent(connection);
}

static size_t split(char *text, struct span *words)
{
    size_t count = 0;
    char *save = NULL;

    for (char *word = strtok_r(text, " ", &save); word && count < WORDS_LIMIT;
         word = strtok_r(NULL, " ", &save))
        words[count++] = span_text(word);
    return count;
}

static void send_list(struct bench_connection *connection, const char *format, va_list args)
{
    struct span words[WORDS_LIMIT];
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        return;
    bench_send(connection, split(text, words), words);
    free(text);
}

void bench_send_format(struct bench_connection *connection, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    send_list(connection, format, args);
    va_end(args);
}

void bench_count(struct bench *bench, int64_t count, uint64_t since_ns)
{
    uint64_t now_ns = clock_monotonic_ns();

    bench->done += count;
    histogram_add(bench->latency, now_ns > since_ns ? now_ns - since_ns : 0);
}

/* --- Connections. */

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int connect_to(const struct bench_options *options)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    char port[16];
    int fd = -1, on = 1;

    if (options->socket_path)
        return connect_unix(options->socket_path);
    snprintf(port, sizeof(port), "%d", options->port);
    if (getaddrinfo(options->host, port, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

static void watch(struct bench_connection *connection, bool writing, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | (writing ? (unsigned)EPOLLOUT : 0),
                                .data.ptr = connection};

    connection->writing = writing;
    epoll_ctl(connection->bench->epoll, operation, connection->fd, &event);
}

/* As ms_transport's: bytes, or an enum ms_transport_result. */
static ptrdiff_t send_some(struct bench_connection *connection, const char *bytes, size_t size)
{
    ssize_t put;

    if (connection->session)
        return ms_tls_transport()->write(connection->session, bytes, size);
    do {
        put = send(connection->fd, bytes, size, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    if (put < 0)
        return errno == EAGAIN ? MS_TRANSPORT_WANT_WRITE : MS_TRANSPORT_FAILED;
    return put;
}

static ptrdiff_t receive_some(struct bench_connection *connection, char *to, size_t size)
{
    ssize_t got;

    if (connection->session)
        return ms_tls_transport()->read(connection->session, to, size);
    got = recv(connection->fd, to, size, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? MS_TRANSPORT_WANT_READ : MS_TRANSPORT_FAILED;
    return got;
}

/* Why the connection broke. */
static struct span broke(const struct bench_connection *connection)
{
    const char *reason = connection->session ? ms_tls_transport()->reason(connection->session) : "";

    return span_text(reason[0] ? reason : strerror(errno));
}

static void flush(struct bench_connection *connection)
{
    struct buffer *out = &connection->out;
    size_t sent = 0;

    while (sent < out->size) {
        ptrdiff_t put = send_some(connection, out->data + sent, out->size - sent);

        if (put == MS_TRANSPORT_FAILED) {
            bench_fail(connection->bench, "the connection broke", broke(connection));
            return;
        }
        if (put <= 0)
            break;
        sent += (size_t)put;
    }
    buffer_consume(out, sent);
    if ((out->size > 0) != connection->writing)
        watch(connection, out->size > 0, EPOLL_CTL_MOD);
}

static void flush_all(struct bench *bench)
{
    for (int i = 0; i < bench->unsent_count; i++) {
        bench->unsent[i]->unsent = false;
        if (!bench->failed)
            flush(bench->unsent[i]);
    }
    bench->unsent_count = 0;
}

/* Reads what is there. False when nothing can come any more. */
static bool fill_input(struct bench_connection *connection)
{
    char *to = buffer_reserve(&connection->in, READ_SIZE);
    ptrdiff_t got = receive_some(connection, to, READ_SIZE);

    if (got == MS_TRANSPORT_WANT_READ || got == MS_TRANSPORT_WANT_WRITE)
        return true;
    if (got <= 0) {
        bench_fail(connection->bench, "the server closed the connection",
                   got < 0 ? broke(connection) : span_of(NULL, 0));
        return false;
    }
    connection->in.size += (size_t)got;
    return true;
}

/* The next whole reply of the input; NULL if there is none yet. */
static const struct resp_value *next_reply(struct bench_connection *connection)
{
    const struct resp_value *value = NULL;
    size_t consumed = 0;
    int rc;

    if (connection->in.size == 0)
        return NULL;
    rc = resp_reader_feed(&connection->reader, connection->arena, connection->in.data,
                          connection->in.size, &consumed, &value);
    if (rc < 0) {
        bench_fail(connection->bench, "the server's reply is no RESP",
                   span_text(connection->reader.error));
        return NULL;
    }
    buffer_consume(&connection->in, consumed);
    return rc > 0 ? value : NULL;
}

static void check_error(struct bench *bench, const struct resp_value *value)
{
    if (value->type != RESP_ERROR)
        return;
    bench->unsupported =
        value->text.size > 19 && memcmp(value->text.data, "ERR unknown command", 19) == 0;
    bench_fail(bench, "error reply", value->text);
}

const struct resp_value *bench_ask(struct bench *bench, const char *format, ...)
{
    struct bench_connection *connection = &bench->connections[0];
    const struct resp_value *last = NULL;
    va_list args;

    if (bench->failed)
        return NULL;
    arena_reset(connection->arena);
    va_start(args, format);
    send_list(connection, format, args);
    va_end(args);
    while (!bench->failed && connection->sent_count > 0) {
        const struct resp_value *value = next_reply(connection);

        if (value) {
            take_sent(connection);
            last = value;
            check_error(bench, value);
        } else if (!bench->failed) {
            flush_all(bench);
            fill_input(connection);
        }
    }
    return bench->failed ? NULL : last;
}

/* How many clients of the server are blocked; -1 if it does not say. */
static int64_t blocked_clients(struct bench *bench)
{
    const struct resp_value *info = bench_ask(bench, "INFO clients");
    const char *at = info && info->text.data ? strstr(info->text.data, "blocked_clients:") : NULL;

    if (info && !at)
        bench_fail(bench, "INFO does not say how many clients are blocked", span_of(NULL, 0));
    return at ? strtoll(at + strlen("blocked_clients:"), NULL, 10) : -1;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000}, NULL);
}

void bench_block_begin(struct bench *bench)
{
    int64_t before;

    bench->blocked_before = blocked_clients(bench);
    do {
        before = bench->blocked_before;
        nap();
        bench->blocked_before = blocked_clients(bench);
    } while (!bench->failed && bench->blocked_before < before);
}

void bench_block_wait(struct bench *bench, int count)
{
    uint64_t begin_ns = clock_monotonic_ns();

    while (!bench->failed && blocked_clients(bench) < bench->blocked_before + count) {
        if (clock_monotonic_ns() - begin_ns > (uint64_t)STALL_LIMIT_MS * 1000000)
            bench_fail(bench, "the readers did not block within 30 seconds", span_of(NULL, 0));
        nap();
    }
}

static void take_replies(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;
    const struct resp_value *value;

    while (!bench->failed && (value = next_reply(connection))) {
        uint64_t sent_ns;

        if (value->type == RESP_PUSH)
            continue;
        sent_ns = take_sent(connection);
        check_error(bench, value);
        if (bench->failed)
            return;
        if (bench->workload->reply)
            bench->workload->reply(connection, value, sent_ns);
        else
            workload_plain_reply(connection, value, sent_ns);
        arena_reset(connection->arena);
    }
}

/* --- A test. */

/* The handshake, on a socket that still waits. */
static bool open_tls(struct bench_connection *connection)
{
    const struct ms_transport *transport = ms_tls_transport();
    struct bench *bench = connection->bench;
    char error[256] = "";

    connection->session =
        transport->open(bench->tls, connection->fd, bench->options->host, error, sizeof(error));
    if (connection->session &&
        transport->start(connection->session, error, sizeof(error)) == MS_TRANSPORT_END)
        return true;
    bench_fail(bench, "can't connect", span_text(error));
    return false;
}

static bool open_all(struct bench *bench)
{
    const struct bench_options *options = bench->options;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
        limit.rlim_cur < (rlim_t)options->connections + 64) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    bench->connections = mem_zalloc(sizeof(*bench->connections) * (size_t)options->connections);
    bench->unsent = mem_zalloc(sizeof(struct bench_connection *) * (size_t)options->connections);
    for (int i = 0; i < options->connections; i++)
        bench->connections[i].fd = -1;
    for (int i = 0; i < options->connections; i++) {
        struct bench_connection *connection = &bench->connections[i];

        connection->bench = bench;
        connection->number = i;
        connection->arena = arena_new();
        resp_reader_init(&connection->reader);
        connection->fd = connect_to(options);
        if (connection->fd < 0) {
            bench_fail(bench, "can't connect", span_text(strerror(errno)));
            return false;
        }
        if (bench->tls && !open_tls(connection))
            return false;
        watch(connection, false, EPOLL_CTL_ADD);
    }
    return true;
}

/* AUTH and HELLO on every connection; bench_ask speaks on the first, so each takes its turn there.
 */
static void greet(struct bench *bench)
{
    const struct bench_options *options = bench->options;
    struct bench_connection *all = bench->connections;

    for (int i = 0; i < options->connections && !bench->failed; i++) {
        bench->connections = &all[i];
        if (options->password)
            bench_ask(bench, "AUTH %s %s", options->user ? options->user : "default",
                      options->password);
        if (options->resp3)
            bench_ask(bench, "HELLO 3");
    }
    bench->connections = all;
}

static void print_progress(const struct bench *bench)
{
    double seconds = (double)(clock_monotonic_ns() - bench->started_ns) / 1e9;

    fprintf(stderr, "\r%-10s %5.1f%%  %10.0f/s  p50 %.3f ms  ", bench->workload->name,
            100. * (double)bench->done / (double)bench->options->requests,
            seconds > 0 ? (double)bench->done / seconds : 0.,
            (double)histogram_percentile(bench->latency, 50) / 1e6);
    fflush(stderr);
}

static bool anything_under_way(const struct bench *bench)
{
    for (int i = 0; i < bench->options->connections; i++)
        if (bench->connections[i].sent_count > 0)
            return true;
    return false;
}

static void run_loop(struct bench *bench)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    bool progress = bench->options->output == OUTPUT_TEXT && isatty(STDERR_FILENO);
    uint64_t shown_ns = clock_monotonic_ns(), heard_ns = shown_ns;

    while (!bench->failed && bench->done < bench->options->requests) {
        int count = epoll_wait(bench->epoll, events, EVENTS_AT_ONCE, PROGRESS_EVERY_MS);
        uint64_t now_ns = clock_monotonic_ns();

        for (int i = 0; i < count && !bench->failed; i++) {
            struct bench_connection *connection = events[i].data.ptr;

            if (events[i].events & (unsigned)EPOLLOUT)
                note_unsent(connection);
            if ((events[i].events & ~(unsigned)EPOLLOUT) && fill_input(connection))
                take_replies(connection);
        }
        flush_all(bench);
        if (count > 0)
            heard_ns = now_ns;
        else if (now_ns - heard_ns > (uint64_t)STALL_LIMIT_MS * 1000000)
            bench_fail(bench, "nothing came for 30 seconds", span_of(NULL, 0));
        if (!anything_under_way(bench))
            break; /* a drained stream: every connection found it empty */
        if (progress && now_ns - shown_ns > (uint64_t)PROGRESS_EVERY_MS * 1000000) {
            print_progress(bench);
            shown_ns = now_ns;
        }
    }
    if (progress)
        fprintf(stderr, "\r%70s\r", "");
}

/* User and system time of a process; -1 if it can't be read. */
static int64_t process_cpu_ns(long pid)
{
    struct timespec taken;
    clockid_t clock;

    if (clock_getcpuclockid((pid_t)pid, &clock) != 0 || clock_gettime(clock, &taken) < 0)
        return -1;
    return (int64_t)taken.tv_sec * 1000000000 + taken.tv_nsec;
}

/* The server's process if it runs on this machine; 0 if not. */
static long server_pid(struct bench *bench)
{
    const struct resp_value *info;
    const char *at;

    if (!bench->options->socket_path && strcmp(bench->options->host, "127.0.0.1") != 0 &&
        strcmp(bench->options->host, "localhost") != 0)
        return 0;
    info = bench_ask(bench, "INFO server");
    if (!info || resp_is_aggregate(info) || info->type == RESP_NULL)
        return 0;
    at = strstr(info->text.data, "process_id:");
    return at ? strtol(at + strlen("process_id:"), NULL, 10) : 0;
}

bool bench_run(struct bench *bench, const struct workload *workload)
{
    int64_t before, after;
    long pid;

    bench->workload = workload;
    bench->latency = histogram_new();
    bench->value = mem_alloc((size_t)bench->options->size + 1);
    memset(bench->value, 'x', (size_t)bench->options->size);
    bench->value[bench->options->size] = '\0';
    random_init(&bench->random, clock_monotonic_ns());
    bench->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!open_all(bench))
        return false;
    greet(bench);
    pid = server_pid(bench);
    if (workload->prepare && !bench->failed)
        workload->prepare(bench);
    for (int i = 0; i < bench->options->connections; i++)
        fcntl(bench->connections[i].fd, F_SETFL, O_NONBLOCK);
    before = pid ? process_cpu_ns(pid) : -1;
    bench->started_ns = clock_monotonic_ns();
    for (int i = 0; i < bench->options->connections && !bench->failed; i++) {
        if (workload->start)
            workload->start(&bench->connections[i]);
        else
            workload_plain_start(&bench->connections[i]);
        flush_all(bench);
    }
    run_loop(bench);
    bench->ended_ns = clock_monotonic_ns();
    after = before >= 0 ? process_cpu_ns(pid) : -1;
    if (after >= before && before >= 0 && bench->done > 0)
        bench->server_cpu_us = (double)(after - before) / 1e3 / (double)bench->done;
    return !bench->failed;
}

void bench_release(struct bench *bench)
{
    for (int i = 0; bench->connections && i < bench->options->connections; i++) {
        struct bench_connection *connection = &bench->connections[i];

        if (connection->session)
            ms_tls_transport()->close(connection->session);
        if (connection->fd >= 0)
            close(connection->fd);
        buffer_release(&connection->in);
        buffer_release(&connection->out);
        arena_free(connection->arena);
        mem_free(connection->sent_ns);
    }
    mem_free(bench->connections);
    mem_free(bench->unsent);
    mem_free(bench->value);
    histogram_free(bench->latency);
    if (bench->epoll > 0)
        close(bench->epoll);
}
