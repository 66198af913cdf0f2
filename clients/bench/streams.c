#include "clients/bench/streams.h"
#include "clients/bench/message.h"

enum {
    FILL_BATCH = 1000
};

static const char stream[] = "millstream-benchmark:stream";

/* --- What they share. */

static void append(struct bench_connection *connection, struct span value)
{
    struct span words[] = {SPAN("XADD"), span_text(stream), SPAN("*"), SPAN("f"), value};

    bench_send(connection, 5, words);
}

/* One more message, if not all have been sent. */
static void send_add(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;

    if (bench->issued >= bench->options->requests)
        return;
    bench->issued++;
    append(connection, message_new(bench));
}

/* The entries of a reply of XREAD or XREADGROUP for one stream; NULL if there are none. */
static const struct resp_value *entries_of(const struct resp_value *reply)
{
    const struct resp_value *entries = NULL;

    if (reply->type == RESP_MAP && reply->count >= 2)
        entries = &reply->items[1];
    else if (reply->type == RESP_ARRAY && reply->count >= 1 &&
             resp_is_aggregate(&reply->items[0]) && reply->items[0].count == 2)
        entries = &reply->items[0].items[1];
    return entries && entries->count > 0 ? entries : NULL;
}

static uint64_t entry_sent_ns(const struct resp_value *entry, uint64_t otherwise)
{
    const struct resp_value *fields;

    if (!resp_is_aggregate(entry) || entry->count < 2)
        return otherwise;
    fields = &entry->items[1];
    if (!resp_is_aggregate(fields) || fields->count < 2)
        return otherwise;
    return message_sent_ns(fields->items[1].text, otherwise);
}

/* Each entry is an operation. */
static void count_entries(struct bench *bench, const struct resp_value *entries, uint64_t sent_ns)
{
    for (size_t i = 0; i < entries->count; i++)
        bench_count(bench, 1, entry_sent_ns(&entries->items[i], sent_ns));
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

static void send_group_read(struct bench_connection *connection, int count, int block_ms)
{
    if (block_ms > 0)
        bench_send_format(connection, "XREADGROUP GROUP g c%d COUNT %d BLOCK %d STREAMS %s >",
                          connection->number, count, block_ms, stream);
    else
        bench_send_format(connection, "XREADGROUP GROUP g c%d COUNT %d STREAMS %s >",
                          connection->number, count, stream);
}

void stream_prepare(struct bench *bench)
{
    bench_ask(bench, "DEL %s", stream);
}

void group_prepare(struct bench *bench)
{
    stream_prepare(bench);
    bench_ask(bench, "XGROUP CREATE %s g $ MKSTREAM", stream);
}

/* --- Producers and workers. */

void group_start(struct bench_connection *connection)
{
    if (message_is_producer(connection)) {
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

    if (!entries)
        return;
    count_entries(connection->bench, entries, sent_ns);
    send_ack(connection, entries);
}

/* A worker has two commands under way at most: XACK's integer reply is let pass. */
void group_reply(struct bench_connection *connection, const struct resp_value *value,
                 uint64_t sent_ns)
{
    if (message_is_producer(connection)) {
        send_add(connection);
    } else if (value->type != RESP_INTEGER) {
        consume(connection, value, sent_ns);
        send_group_read(connection, 100, 100);
    }
}

void queue_start(struct bench_connection *connection)
{
    if (message_is_producer(connection))
        send_add(connection);
    else
        send_group_read(connection, 1, 100);
}

void queue_reply(struct bench_connection *connection, const struct resp_value *value,
                 uint64_t sent_ns)
{
    if (message_is_producer(connection)) {
        send_add(connection);
    } else if (value->type != RESP_INTEGER) {
        consume(connection, value, sent_ns);
        send_group_read(connection, 1, 100);
    }
}

/* --- A full stream. */

static void fill(struct bench *bench, int64_t count)
{
    struct bench_connection *first = &bench->connections[0];

    for (int64_t i = 0; i < count && !bench->failed; i += FILL_BATCH) {
        int64_t left = count - i;

        for (int64_t k = 1; k < FILL_BATCH && k < left; k++)
            append(first, span_of(bench->value, (size_t)bench->options->size));
        bench_ask(bench, "XADD %s * f %.*s", stream, bench->options->size, bench->value);
    }
}

void hundred_prepare(struct bench *bench)
{
    stream_prepare(bench);
    fill(bench, 100);
}

void drain_prepare(struct bench *bench)
{
    group_prepare(bench);
    fill(bench, bench->options->requests);
}

void drain_start(struct bench_connection *connection)
{
    send_group_read(connection, 100, 0);
}

void drain_reply(struct bench_connection *connection, const struct resp_value *value,
                 uint64_t sent_ns)
{
    const struct resp_value *entries;

    if (value->type == RESP_INTEGER)
        return;
    entries = entries_of(value);
    if (!entries)
        return; /* empty: this connection is done */
    bench_count(connection->bench, (int64_t)entries->count, sent_ns);
    send_ack(connection, entries);
    send_group_read(connection, 100, 0);
}

void autoclaim_prepare(struct bench *bench)
{
    drain_prepare(bench);
    for (int64_t i = 0; i < bench->options->requests && !bench->failed; i += FILL_BATCH)
        bench_ask(bench, "XREADGROUP GROUP g owner COUNT %d STREAMS %s >", FILL_BATCH, stream);
}

void autoclaim_start(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;

    if (bench->issued >= bench->options->requests)
        return;
    bench->issued += 100;
    bench_send_format(connection, "XAUTOCLAIM %s g c%d 0 0 COUNT 100", stream, connection->number);
}

void autoclaim_reply(struct bench_connection *connection, const struct resp_value *value,
                     uint64_t sent_ns)
{
    (void)value;
    bench_count(connection->bench, 100, sent_ns);
    autoclaim_start(connection);
}

/* --- Readers that wait: all connections but the first. They are blocked before the clock starts.
 */

static int reader_count(const struct bench *bench)
{
    return bench->options->connections - 1;
}

static void block_all(struct bench *bench, void (*read)(struct bench_connection *reader))
{
    group_prepare(bench);
    if (reader_count(bench) < 1)
        bench_fail(bench, "needs at least two connections", span_of(NULL, 0));
    bench_block_begin(bench);
    for (int i = 1; i <= reader_count(bench); i++)
        read(&bench->connections[i]);
    bench_block_wait(bench, reader_count(bench));
}

static void blocked_read(struct bench_connection *reader)
{
    bench_send_format(reader, "XREADGROUP GROUP g c%d BLOCK 0 STREAMS %s >", reader->number,
                      stream);
}

void blocked_prepare(struct bench *bench)
{
    block_all(bench, blocked_read);
}

void blocked_start(struct bench_connection *connection)
{
    const struct bench *bench = connection->bench;
    int half = (reader_count(bench) + 1) / 2;

    if (connection->number > 0)
        return;
    for (int i = 0; i < bench->options->pipeline && i < half; i++)
        send_add(connection);
}

/* Who got a message reads again, and then there is one more. */
void blocked_reply(struct bench_connection *connection, const struct resp_value *value,
                   uint64_t sent_ns)
{
    struct bench *bench = connection->bench;
    const struct resp_value *entries = entries_of(value);

    if (connection->number == 0 || !entries)
        return;
    count_entries(bench, entries, sent_ns);
    blocked_read(connection);
    for (size_t i = 0; i < entries->count; i++)
        send_add(&bench->connections[0]);
}

static void fanout_read(struct bench_connection *reader)
{
    bench_send_format(reader, "XREAD BLOCK 0 STREAMS %s $", stream);
}

void fanout_prepare(struct bench *bench)
{
    block_all(bench, fanout_read);
}

void fanout_start(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;

    if (connection->number > 0 || bench->issued >= bench->options->requests)
        return;
    bench->issued += (int64_t)bench->options->pipeline * reader_count(bench);
    for (int i = 0; i < bench->options->pipeline; i++)
        append(connection, message_new(bench));
}

void fanout_reply(struct bench_connection *connection, const struct resp_value *value,
                  uint64_t sent_ns)
{
    struct bench *bench = connection->bench;
    struct bench_connection *first = &bench->connections[0];
    const struct resp_value *entries = connection == first ? NULL : entries_of(value);

    if (entries) {
        struct span last = entries->items[entries->count - 1].items[0].text;

        count_entries(bench, entries, sent_ns);
        bench_send_format(connection, "XREAD BLOCK 0 STREAMS %s %.*s", stream, SPAN_ARGS(last));
    }
    if (bench->done == bench->issued && first->sent_count == 0)
        fanout_start(first);
}
