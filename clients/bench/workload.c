#include "clients/bench/workload.h"
#include "core/num/num.h"
#include "core/time/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORDS_LIMIT = 32,
    WORD_SIZE = 64, /* of one that is drawn */
    STAMP_SIZE = 20,
    FILL_BATCH = 1000
};

static const char stream[] = "millstream-benchmark:stream";

/* --- Plain tests: one command over and over. */

/* A word with %r or %k in it: a number, or a key's name, drawn from -r many. */
static struct span drawn(struct bench *bench, struct span word, const char *mark, char *to)
{
    int64_t range = bench->options->keyspace > 0 ? bench->options->keyspace : 1;
    unsigned long long number = random_below(&bench->random, (uint64_t)range);
    int before = (int)(mark - word.data);
    int written = snprintf(to, WORD_SIZE, mark[1] == 'k' ? "%.*skey:%012llu" : "%.*s%llu", before,
                           word.data, number);

    return span_of(to, (size_t)written);
}

static void send_plain(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;
    const char *at = bench->workload->command;
    struct span words[WORDS_LIMIT];
    char texts[WORDS_LIMIT][WORD_SIZE];
    size_t count = 0;

    if (bench->issued >= bench->options->requests)
        return;
    bench->issued++;
    while (*at && count < WORDS_LIMIT) {
        const char *end = strchr(at, ' ');
        struct span word = span_of(at, end ? (size_t)(end - at) : strlen(at));
        const char *mark = memchr(word.data, '%', word.size);

        if (!mark)
            words[count] = word;
        else if (mark[1] == 'v')
            words[count] = span_of(bench->value, (size_t)bench->options->size);
        else
            words[count] = drawn(bench, word, mark, texts[count]);
        count++;
        at += word.size + (end != NULL);
    }
    bench_send(connection, count, words);
}

void workload_plain_start(struct bench_connection *connection)
{
    for (int i = 0; i < connection->bench->options->pipeline; i++)
        send_plain(connection);
}

void workload_plain_reply(struct bench_connection *connection, const struct resp_value *value,
                          uint64_t sent_ns)
{
    (void)value;
    bench_count(connection->bench, 1, sent_ns);
    send_plain(connection);
}

/* --- Streams. The value begins with the time it was sent at, so that who reads it knows how long
 * it was under way. */

static void stamp(struct bench *bench)
{
    char text[STAMP_SIZE + 1];

    if (bench->options->size < STAMP_SIZE)
        return;
    snprintf(text, sizeof(text), "%020llu", (unsigned long long)clock_monotonic_ns());
    memcpy(bench->value, text, STAMP_SIZE);
}

static void send_add(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;
    struct span words[] = {SPAN("XADD"), span_text(stream), SPAN("*"), SPAN("f"),
                           span_of(bench->value, (size_t)bench->options->size)};

    if (bench->issued >= bench->options->requests)
        return;
    bench->issued++;
    stamp(bench);
    bench_send(connection, 5, words);
}

/* The entries of a reply of XREAD or XREADGROUP for one stream; NULL if there are none. */
static const struct resp_value *entries_of(const struct resp_value *reply)
{
    if (reply->type == RESP_MAP && reply->count >= 2)
        return &reply->items[1];
    if (reply->type == RESP_ARRAY && reply->count >= 1 && resp_is_aggregate(&reply->items[0]) &&
        reply->items[0].count == 2)
        return &reply->items[0].items[1];
    return NULL;
}

static uint64_t stamp_of(const struct resp_value *entry, uint64_t otherwise)
{
    const struct resp_value *fields;
    uint64_t stamp_ns;

    if (!resp_is_aggregate(entry) || entry->count < 2)
        return otherwise;
    fields = &entry->items[1];
    if (!resp_is_aggregate(fields) || fields->count < 2 || fields->items[1].text.size < STAMP_SIZE)
        return otherwise;
    if (num_parse_u64(span_of(fields->items[1].text.data, STAMP_SIZE), &stamp_ns) < 0)
        return otherwise;
    return stamp_ns;
}

static void send_ack(struct bench_connection *connection, const struct resp_value *entries)
{
    struct span *words = arena_array(connection->arena, entries->count + 3, sizeof(*words));

    words[0] = SPAN("XACK");
    words[1] = span_text(stream);
    words[2] = SPAN("g");
    for (size_t i = 0; i < entries->count; i++)
        words[3 + i] = entries->items[i].items[0].text;
    bench_send(connection, entries->count + 3, words);
}

static void fresh_group(struct bench *bench)
{
    bench_ask(bench, "DEL %s", stream);
    bench_ask(bench, "XGROUP CREATE %s g $ MKSTREAM", stream);
}

static void fill(struct bench *bench)
{
    struct bench_connection *first = &bench->connections[0];

    fresh_group(bench);
    for (int64_t i = 0; i < bench->options->requests && !bench->failed; i += FILL_BATCH) {
        int64_t left = bench->options->requests - i;

        for (int64_t k = 1; k < FILL_BATCH && k < left; k++) {
            struct span words[] = {SPAN("XADD"), span_text(stream), SPAN("*"), SPAN("f"),
                                   span_of(bench->value, (size_t)bench->options->size)};

            bench_send(first, 5, words);
        }
        bench_ask(bench, "XADD %s * f %.*s", stream, bench->options->size, bench->value);
    }
}

static void fill_and_deliver(struct bench *bench)
{
    fill(bench);
    for (int64_t i = 0; i < bench->options->requests && !bench->failed; i += FILL_BATCH)
        bench_ask(bench, "XREADGROUP GROUP g owner COUNT %d STREAMS %s >", FILL_BATCH, stream);
}

static bool is_producer(const struct bench_connection *connection)
{
    int producers = connection->bench->options->connections / 2;

    return connection->number < (producers > 0 ? producers : 1);
}

static void send_group_read(struct bench_connection *connection, int count, int block_ms)
{
    if (block_ms > 0)
        bench_send_format(connection, "XREADGROUP GROUP g c%d COUNT %d BLOCK %d STREAMS %s >",
                          connection->number, count, block_ms, stream);
    else
        bench_send_format(connection, "XREADGROUP GROUP g c%d COUNT %d STREAMS %s >",
                          connection->number, count, stream);
}

/* group: half of the connections append, the other half reads and acknowledges. */
static void group_start(struct bench_connection *connection)
{
    if (is_producer(connection)) {
        for (int i = 0; i < connection->bench->options->pipeline; i++)
            send_add(connection);
    } else {
        send_group_read(connection, 100, 100);
    }
}

static void consume(struct bench_connection *connection, const struct resp_value *value,
                    uint64_t sent_ns)
{
    const struct resp_value *entries = entries_of(value);

    if (!entries || entries->count == 0)
        return;
    for (size_t i = 0; i < entries->count; i++)
        bench_count(connection->bench, 1, stamp_of(&entries->items[i], sent_ns));
    send_ack(connection, entries);
}

/* A worker has two commands under way at most: XACK's integer reply is let pass. */
static void group_reply(struct bench_connection *connection, const struct resp_value *value,
                        uint64_t sent_ns)
{
    if (is_producer(connection)) {
        send_add(connection);
    } else if (value->type != RESP_INTEGER) {
        consume(connection, value, sent_ns);
        send_group_read(connection, 100, 100);
    }
}

/* queue: as group, with one message at a time. */
static void queue_start(struct bench_connection *connection)
{
    if (is_producer(connection))
        send_add(connection);
    else
        send_group_read(connection, 1, 100);
}

static void queue_reply(struct bench_connection *connection, const struct resp_value *value,
                        uint64_t sent_ns)
{
    if (is_producer(connection)) {
        send_add(connection);
    } else if (value->type != RESP_INTEGER) {
        consume(connection, value, sent_ns);
        send_group_read(connection, 1, 100);
    }
}

/* drain: a full stream is read and acknowledged by all connections. */
static void drain_start(struct bench_connection *connection)
{
    send_group_read(connection, 100, 0);
}

static void drain_reply(struct bench_connection *connection, const struct resp_value *value,
                        uint64_t sent_ns)
{
    const struct resp_value *entries;

    if (value->type == RESP_INTEGER)
        return;
    entries = entries_of(value);
    if (!entries || entries->count == 0)
        return; /* empty: this connection is done */
    bench_count(connection->bench, (int64_t)entries->count, sent_ns);
    send_ack(connection, entries);
    send_group_read(connection, 100, 0);
}

static void autoclaim_start(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;

    if (bench->issued >= bench->options->requests)
        return;
    bench->issued += 100;
    bench_send_format(connection, "XAUTOCLAIM %s g c%d 0 0 COUNT 100", stream, connection->number);
}

static void autoclaim_reply(struct bench_connection *connection, const struct resp_value *value,
                            uint64_t sent_ns)
{
    (void)value;
    bench_count(connection->bench, 100, sent_ns);
    autoclaim_start(connection);
}

/* fanout: connection 0 appends, all others read every entry. An operation is a delivery. */
static void fanout_start(struct bench_connection *connection)
{
    if (connection->number == 0)
        return; /* begins when all readers wait: see fanout_reply */
    bench_send_format(connection, "XREAD BLOCK 0 STREAMS %s $", stream);
    if (connection->number == connection->bench->options->connections - 1)
        send_add(&connection->bench->connections[0]);
}

static void fanout_reply(struct bench_connection *connection, const struct resp_value *value,
                         uint64_t sent_ns)
{
    struct bench *bench = connection->bench;
    const struct resp_value *entries = entries_of(value);
    struct span last;

    if (connection->number == 0) {
        bench->issued = bench->done; /* deliveries count, not appends */
        send_add(connection);
        return;
    }
    if (!entries || entries->count == 0)
        return;
    for (size_t i = 0; i < entries->count; i++)
        bench_count(bench, 1, stamp_of(&entries->items[i], sent_ns));
    last = entries->items[entries->count - 1].items[0].text;
    bench_send_format(connection, "XREAD BLOCK 0 STREAMS %s %.*s", stream, SPAN_ARGS(last));
}

static void fanout_prepare(struct bench *bench)
{
    if (bench->options->connections < 2)
        bench_fail(bench, "fanout needs at least two connections", span_of(NULL, 0));
    fresh_group(bench);
}

static void list_prepare(struct bench *bench)
{
    bench_ask(bench, "DEL millstream-benchmark:list");
    for (int i = 0; i < 100 && !bench->failed; i++)
        bench_ask(bench, "LPUSH millstream-benchmark:list element-%d", i);
}

static void stream_prepare(struct bench *bench)
{
    bench_ask(bench, "DEL %s", stream);
}

const struct workload workloads[] = {
    {.name = "ping", .summary = "PING", .command = "PING", .usual = true},
    {.name = "set", .summary = "SET of a key", .command = "SET %k %v", .usual = true},
    {.name = "get", .summary = "GET of a key", .command = "GET %k", .usual = true},
    {.name = "incr", .summary = "INCR of a counter", .command = "INCR counter:%r", .usual = true},
    {.name = "mset",
     .summary = "MSET of ten keys",
     .command = "MSET %k %v %k %v %k %v %k %v %k %v %k %v %k %v %k %v %k %v %k %v",
     .usual = true},
    {.name = "xadd",
     .summary = "XADD to one stream",
     .prepare = stream_prepare,
     .command = "XADD millstream-benchmark:stream * f %v",
     .usual = true},
    {.name = "group",
     .summary = "producers and a consumer group that reads and acknowledges",
     .prepare = fresh_group,
     .start = group_start,
     .reply = group_reply,
     .usual = true},
    {.name = "drain",
     .summary = "XREADGROUP COUNT 100 and XACK over a full stream",
     .prepare = fill,
     .start = drain_start,
     .reply = drain_reply,
     .usual = true},
    {.name = "autoclaim",
     .summary = "XAUTOCLAIM COUNT 100 over pending entries",
     .prepare = fill_and_deliver,
     .start = autoclaim_start,
     .reply = autoclaim_reply,
     .usual = true},
    {.name = "fanout",
     .summary = "one XADD reaches every reader blocked in XREAD",
     .prepare = fanout_prepare,
     .start = fanout_start,
     .reply = fanout_reply,
     .usual = true},
    {.name = "queue",
     .summary = "workers that take, and acknowledge, one message at a time",
     .prepare = fresh_group,
     .start = queue_start,
     .reply = queue_reply,
     .usual = true},
    {.name = "lpush", .summary = "LPUSH to one list", .command = "LPUSH mylist %v"},
    {.name = "rpop", .summary = "RPOP from one list", .command = "RPOP mylist"},
    {.name = "sadd", .summary = "SADD to one set", .command = "SADD myset element:%r"},
    {.name = "hset", .summary = "HSET of one hash", .command = "HSET myhash element:%r %v"},
    {.name = "zadd", .summary = "ZADD to one sorted set", .command = "ZADD myzset %r element:%r"},
    {.name = "lrange",
     .summary = "LRANGE of 100 elements",
     .prepare = list_prepare,
     .command = "LRANGE millstream-benchmark:list 0 99"},
    {.name = NULL},
};

const struct workload *workload_find(const char *name)
{
    for (const struct workload *at = workloads; at->name; at++)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}
