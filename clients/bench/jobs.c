#include "clients/bench/jobs.h"
#include "clients/bench/message.h"

static const char waiting[] = "millstream-benchmark:jobs";
static const char in_hand[] = "millstream-benchmark:busy";

static void send_job(struct bench_connection *producer)
{
    struct bench *bench = producer->bench;

    if (bench->issued >= bench->options->requests)
        return;
    bench->issued++;
    bench_send(producer, 3, (struct span[]){SPAN("LPUSH"), span_text(waiting), message_new(bench)});
}

static void send_take(struct bench_connection *worker)
{
    bench_send_format(worker, "BLMOVE %s %s RIGHT LEFT 0", waiting, in_hand);
}

static void send_drop(struct bench_connection *worker, struct span job)
{
    bench_send(worker, 4, (struct span[]){SPAN("LREM"), span_text(in_hand), SPAN("1"), job});
}

void jobs_prepare(struct bench *bench)
{
    if (bench->options->connections < 2)
        bench_fail(bench, "needs at least two connections", span_of(NULL, 0));
    bench_ask(bench, "DEL %s %s", waiting, in_hand);
}

void jobs_start(struct bench_connection *connection)
{
    if (!message_is_producer(connection)) {
        send_take(connection);
        return;
    }
    for (int i = 0; i < connection->bench->options->pipeline; i++)
        send_job(connection);
}

void jobs_reply(struct bench_connection *connection, const struct resp_value *value,
                uint64_t sent_ns)
{
    struct bench *bench = connection->bench;
    int producers = message_producers(bench);

    if (message_is_producer(connection))
        return;
    if (value->type != RESP_INTEGER) {
        connection->job_ns = message_sent_ns(value->text, sent_ns);
        send_drop(connection, value->text);
        return;
    }
    if (value->integer != 1)
        bench_fail(bench, "a job in hand was not there any more", span_of(NULL, 0));
    bench_count(bench, 1, connection->job_ns);
    send_take(connection);
    send_job(&bench->connections[(connection->number - producers) % producers]);
}
