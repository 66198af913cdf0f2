/* job_queue.c - jobs for workers that may crash.
 *
 * A job is acknowledged when it is done. Worker 0 dies with a job in its hands; after a while (here
 * 200 ms) the others take it over. Every job is done; the one that was left is done by somebody
 * else. */
#include <millstream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    JOBS = 200,
    WORKERS = 3,
    LEFT_AFTER_MS = 200,
    CRASH_AT = 10
};

struct worker {
    struct ms_consumer *consumer;
    struct ms_connection *results;
    int number, done;
};

static void configure(struct ms_options *options, int port)
{
    ms_options_init(options);
    options->port = port;
}

/* The job: notes that it is done. The result is a set bit per job, so doing it twice does no harm.
 */
static enum ms_verdict work(void *context, const struct ms_entry *entry)
{
    struct worker *worker = context;
    int rc;

    if (worker->number == 0 && ++worker->done == CRASH_AT)
        _exit(3); /* a crash: nothing is acknowledged any more */
    rc = ms_commandf(worker->results, NULL, "SET done:%b worker-%d", entry->fields[0].value,
                     entry->fields[0].value_size, worker->number);
    if (rc == MS_OK && entry->deliveries > 1)
        printf("worker %d took over job %s\n", worker->number, entry->fields[0].value);
    return rc == MS_OK ? MS_ACK : MS_KEEP;
}

/* A worker's process: works until nothing has come for a second. */
static int run_worker(int port, int number)
{
    struct ms_options options;
    struct ms_consumer_options consumer;
    struct worker worker = {.number = number};
    const struct ms_entry *entry;
    char name[32];
    int rc;

    configure(&options, port);
    ms_consumer_options_init(&consumer);
    snprintf(name, sizeof(name), "worker-%d", number);
    consumer.stream = "jobs";
    consumer.group = "workers";
    consumer.consumer = name;
    consumer.batch = 5;
    consumer.claim_idle_ms = LEFT_AFTER_MS;
    worker.consumer = ms_consumer_new(&options, &consumer);
    worker.results = ms_connection_new(&options);
    while ((rc = ms_consumer_next(worker.consumer, &entry, 1000)) == MS_OK)
        if (work(&worker, entry) == MS_ACK)
            ms_consumer_ack(worker.consumer, entry->id);
    ms_consumer_close(worker.consumer);
    ms_consumer_free(worker.consumer);
    ms_connection_free(worker.results);
    return rc == MS_ERROR_TIMEOUT ? 0 : 1;
}

static int produce(const struct ms_options *options)
{
    struct ms_producer_options producer_options;
    struct ms_producer *producer;
    int rc = MS_OK;

    ms_producer_options_init(&producer_options);
    producer_options.stream = "jobs";
    producer = ms_producer_new(options, &producer_options);
    for (int i = 0; i < JOBS && rc == MS_OK; i++) {
        struct ms_field field;
        char number[16];

        snprintf(number, sizeof(number), "%d", i);
        field = MS_FIELD("job", number);
        rc = ms_producer_queue(producer, &field, 1, NULL);
    }
    if (rc == MS_OK)
        rc = ms_producer_flush(producer);
    if (rc != MS_OK)
        fprintf(stderr, "producer: %s\n", ms_producer_error(producer));
    ms_producer_free(producer);
    return rc;
}

static long long ask(struct ms_connection *connection, const char *command)
{
    struct ms_reply *reply = NULL;
    long long number = -1;

    if (ms_commandf(connection, &reply, command) == MS_OK)
        number = ms_value_type(ms_reply_value(reply)) == MS_INTEGER
                     ? ms_value_integer(ms_reply_value(reply))
                     : ms_value_integer(ms_value_at(ms_reply_value(reply), 0));
    ms_reply_free(reply);
    return number;
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 6379, failed = 0;
    struct ms_options options;
    struct ms_connection *connection;
    long long done, pending;

    configure(&options, port);
    connection = ms_connection_new(&options);
    if (ms_commandf(connection, NULL, "FLUSHDB") != MS_OK || produce(&options) != MS_OK)
        return 1;
    for (int i = 0; i < WORKERS; i++)
        if (fork() == 0)
            _exit(run_worker(port, i));
    for (int i = 0; i < WORKERS; i++) {
        int status = 0;

        wait(&status);
        failed += !WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3);
    }
    pending = ask(connection, "XPENDING jobs workers");
    done = ask(connection, "DBSIZE") - 1; /* the stream is a key too */
    printf("%lld of %d jobs done, %lld pending\n", done, JOBS, pending);
    ms_connection_free(connection);
    return failed == 0 && done == JOBS && pending == 0 ? 0 : 1;
}
