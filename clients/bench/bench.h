/* bench.h - the engine of the load generator: one thread, one epoll, many connections. A workload
 * (workload.h) decides what each connection sends first and what it sends on each reply. */
#ifndef MS_CLIENTS_BENCH_BENCH_H
#define MS_CLIENTS_BENCH_BENCH_H

#include "clients/bench/options.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/hash/random.h"
#include "core/hist/histogram.h"
#include "core/resp/value.h"

#include <stdbool.h>
#include <stdint.h>

struct bench;
struct workload;

struct bench_connection {
    struct bench *bench;
    int number; /* 0 .. connections - 1 */
    int fd;
    void *session; /* of the transport; NULL: plain */
    bool writing;  /* waiting to write */
    bool unsent;   /* among the bench's unsent */
    struct resp_reader reader;
    struct arena *arena;
    struct buffer in, out;
    uint64_t *sent_ns; /* ring: when each command under way was sent */
    unsigned sent_first, sent_count, sent_capacity;
    uint64_t job_ns; /* for workloads: when what this worker has in hand was sent */
};

struct bench {
    const struct bench_options *options;
    const struct workload *workload;
    struct ms_tls *tls; /* borrowed; NULL: plain */
    int epoll;
    struct bench_connection *connections;
    struct bench_connection **unsent; /* those with output, in the order in which it was queued */
    int unsent_count;
    struct random random;
    struct histogram *latency; /* nanoseconds */
    char *value;               /* options->size bytes */
    int64_t issued, done;      /* operations begun and finished */
    int64_t blocked_before;    /* clients that were blocked before the test's own */
    bool failed;               /* a test can't go on: `reason` says why */
    bool unsupported;          /* because the server does not know the command */
    char reason[256];
    uint64_t started_ns, ended_ns;
    double server_cpu_us; /* an operation; 0: not known */
};

/* Runs one workload; false if it failed. The bench is empty but for its options before. */
bool bench_run(struct bench *bench, const struct workload *workload);
void bench_release(struct bench *bench);

/* Queues a command on a connection; it is written when the round ends. */
void bench_send(struct bench_connection *connection, size_t argc, const struct span *argv);

/* Queues a command of words with blanks between, in printf's format. */
void bench_send_format(struct bench_connection *connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Counts `count` operations that took the time since `since_ns`. */
void bench_count(struct bench *bench, int64_t count, uint64_t since_ns);

/* Sends what is queued everywhere and a command on the first connection, and waits for its reply:
 * set-up before the clock runs. Error replies end the test. Returns the reply, good until the next
 * call. */
const struct resp_value *bench_ask(struct bench *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Before the clock runs, for tests whose connections wait: begin() counts who is blocked already,
 * once those that an earlier test left have gone; wait() returns when `count` more are, and gives
 * the test up if that takes 30 seconds. */
void bench_block_begin(struct bench *bench);
void bench_block_wait(struct bench *bench, int count);

void bench_fail(struct bench *bench, const char *reason, struct span detail);

#endif
