/* Where a consumer's entries come from. Three sources, in this order:
 *
 *   history    XREADGROUP with an id: what this name was given and did not acknowledge. Read from
 *              the start after joining, and after each reconnect behind the highest id received:
 *              the answer that was under way when the connection broke.
 *   retries    what others left idle: XREADGROUP ... CLAIM gives them ahead of new entries in the
 *              same answer; on servers without it XAUTOCLAIM is asked now and then.
 *   new        XREADGROUP with ">".
 *
 * Collected acknowledgements go out ahead of the read in the same write. */
#include "clients/c/consumer_internal.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAUSE_MS = 100 /* after an error that may pass */
};

static bool is_stopping(struct ms_consumer *consumer)
{
    return atomic_load(&consumer->stopping) != 0;
}

static void parse_id(const char *text, uint64_t id[2])
{
    char *end;

    id[0] = strtoull(text, &end, 10);
    id[1] = *end == '-' ? strtoull(end + 1, NULL, 10) : 0;
}

static void note_received(struct ms_consumer *consumer, const char *text)
{
    uint64_t known[2];
    uint64_t id[2];

    parse_id(consumer->history_after, known);
    parse_id(text, id);
    if (id[0] > known[0] || (id[0] == known[0] && id[1] > known[1]))
        snprintf(consumer->history_after, sizeof(consumer->history_after), "%s", text);
}

/* ---- Joining ---- */

/* Our connection's id, for cutting a blocked read short; HELLO told it in RESP3. */
static int learn_id(struct ms_consumer *consumer)
{
    struct ms_reply *reply;
    int rc;

    if (consumer->connection->id != 0)
        return MS_OK;
    rc = ms_commandf(consumer->connection, &reply, "CLIENT ID");
    if (rc == MS_OK)
        consumer->connection->id = ms_value_integer(ms_reply_value(reply));
    ms_reply_free(reply);
    return rc == MS_ERROR_REPLY ? MS_OK : rc; /* not allowed: then stopping takes block_ms */
}

static int join(struct ms_consumer *consumer)
{
    struct ms_connection *connection = consumer->connection;
    struct ms_reply *reply;
    int rc = ms_commandf(connection, &reply, "XGROUP CREATE %s %s %s MKSTREAM", consumer->stream,
                         consumer->group, consumer->start);

    ms_reply_free(reply);
    if (rc == MS_ERROR_REPLY && strncmp(connection->error, "BUSYGROUP", 9) == 0)
        rc = MS_OK;
    if (rc == MS_OK)
        rc = learn_id(consumer);
    if (rc == MS_OK) {
        consumer->joined = connection->generation;
        consumer->in_history = true;
    }
    return rc;
}

/* ---- Reading ---- */

/* The list of entries in an XREADGROUP answer about one stream, in either protocol. */
static const struct ms_value *entries_of(const struct ms_value *answer)
{
    if (ms_value_type(answer) == MS_MAP)
        return ms_value_at(answer, 1);
    return ms_value_at(ms_value_at(answer, 0), 1);
}

static void append_number(struct buffer *out, int64_t number)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%" PRId64, number);

    command_append_bulk(out, text, (size_t)size);
}

static void append_text(struct buffer *out, const char *text)
{
    command_append_bulk(out, text, strlen(text));
}

/* XREADGROUP after `id`; block_ms of 0 does not wait; claim_idle_ms of 0 claims nothing. */
static void write_read(struct ms_consumer *consumer, const char *id, int64_t block_ms,
                       int64_t claim_idle_ms)
{
    struct buffer *out = &consumer->connection->out;

    command_append_header(out, 9 + (block_ms > 0 ? 2 : 0) + (claim_idle_ms > 0 ? 2 : 0));
    append_text(out, "XREADGROUP");
    append_text(out, "GROUP");
    append_text(out, consumer->group);
    append_text(out, consumer->name);
    append_text(out, "COUNT");
    append_number(out, consumer->batch);
    if (block_ms > 0) {
        append_text(out, "BLOCK");
        append_number(out, block_ms);
    }
    if (claim_idle_ms > 0) {
        append_text(out, "CLAIM");
        append_number(out, claim_idle_ms);
    }
    append_text(out, "STREAMS");
    append_text(out, consumer->stream);
    append_text(out, id);
    consumer->connection->pending++;
}

/* Ends our blocked read from a second connection; its answer then comes at once. Without success it
 * comes when block_ms is over. */
static void cut_short(struct ms_consumer *consumer)
{
    struct ms_options options = consumer->connection->options;
    struct ms_connection *helper;
    struct ms_reply *reply;

    if (consumer->connection->id == 0)
        return;
    options.client_name = NULL;
    options.reconnect_limit = 0;
    helper = ms_connection_new(&options);
    ms_commandf(helper, &reply, "CLIENT UNBLOCK %lld", (long long)consumer->connection->id);
    ms_reply_free(reply);
    ms_connection_free(helper);
}

/* The answer of a read that may wait block_ms on the server. A stop cuts the wait short, but not
 * the answer: what it holds is ours already. */
static int receive_read(struct ms_consumer *consumer, int64_t block_ms)
{
    struct ms_connection *connection = consumer->connection;
    int64_t timeout_ms = connection->options.command_timeout_ms;
    int64_t deadline_ms = timeout_ms > 0 ? time_now_ms() + timeout_ms + block_ms : -1;
    int rc = connection_flush_until(connection, deadline_ms);

    if (rc != MS_OK)
        return rc;
    /* Also when a stop is there already: it may have come after the command went out. */
    if (block_ms > 0)
        connection->wake_fd = consumer->wake_fd;
    rc = connection_read_answer(connection, &consumer->reply, deadline_ms);
    connection->wake_fd = -1;
    while (rc == MS_ERROR_STOPPED ||
           (rc == MS_ERROR_TIMEOUT && block_ms > 0 && is_stopping(consumer) &&
            (deadline_ms < 0 || time_now_ms() < deadline_ms))) {
        cut_short(consumer); /* again, should it have been faster than our read */
        rc = connection_read_answer(connection, &consumer->reply, time_now_ms() + PAUSE_MS);
    }
    if (rc == MS_ERROR_TIMEOUT)
        ms_connection_close(connection);
    return rc;
}

/* Sends acknowledgements and a read, takes both answers. */
static int exchange_read(struct ms_consumer *consumer, const char *id, int64_t block_ms,
                         int64_t claim_idle_ms)
{
    size_t acks = consumer_send_acks(consumer);
    int rc;

    write_read(consumer, id, block_ms, claim_idle_ms);
    rc = consumer_confirm_acks(consumer, acks);
    /* An error about XACK comes again from the read, which reports it. */
    if (rc == MS_OK || rc == MS_ERROR_REPLY)
        rc = receive_read(consumer, block_ms);
    if (rc != MS_OK)
        consumer_clear_batch(consumer);
    else
        consumer->entries = entries_of(ms_reply_value(consumer->reply));
    return rc;
}

static void note_batch(struct ms_consumer *consumer)
{
    for (size_t i = 0; i < ms_value_count(consumer->entries); i++) {
        const char *id = ms_value_text(ms_value_at(ms_value_at(consumer->entries, i), 0), NULL);

        if (id)
            note_received(consumer, id);
    }
}

/* Asks how often each entry of the batch was delivered: answers of XAUTOCLAIM and of history do not
 * say. One round trip for the batch. */
static int learn_deliveries(struct ms_consumer *consumer)
{
    struct ms_connection *connection = consumer->connection;
    size_t count = ms_value_count(consumer->entries);
    int rc = MS_OK;

    if (count == 0)
        return MS_OK;
    consumer->deliveries = mem_zalloc(count * sizeof(int64_t));
    for (size_t i = 0; i < count && rc == MS_OK; i++) {
        const char *id = ms_value_text(ms_value_at(ms_value_at(consumer->entries, i), 0), NULL);

        id = id ? id : "0-0";
        rc = ms_sendf(connection, "XPENDING %s %s %s %s 1", consumer->stream, consumer->group, id,
                      id);
    }
    for (size_t i = 0; i < count && rc == MS_OK; i++) {
        struct ms_reply *reply;

        rc = ms_receive(connection, &reply);
        consumer->deliveries[i] =
            ms_value_integer(ms_value_at(ms_value_at(ms_reply_value(reply), 0), 3));
        if (consumer->deliveries[i] < 1)
            consumer->deliveries[i] = 1;
        ms_reply_free(reply);
        if (rc == MS_ERROR_REPLY)
            rc = MS_OK; /* not allowed to ask: 1 is the best we know */
    }
    return rc;
}

/* A batch in hand is given out even if the connection broke while asking about it. */
static int learn_what_we_can(struct ms_consumer *consumer)
{
    size_t count = ms_value_count(consumer->entries);

    if (learn_deliveries(consumer) != MS_OK)
        for (size_t i = 0; i < count; i++)
            if (consumer->deliveries[i] < 1)
                consumer->deliveries[i] = 1;
    return MS_OK;
}

static int read_history(struct ms_consumer *consumer)
{
    int rc = exchange_read(consumer, consumer->history_after, 0, 0);

    if (rc != MS_OK)
        return rc;
    if (ms_value_count(consumer->entries) == 0)
        consumer->in_history = false;
    note_batch(consumer);
    return learn_what_we_can(consumer);
}

/* Fallback for servers without CLAIM. */
static int read_left_behind(struct ms_consumer *consumer)
{
    const struct ms_value *answer;
    const char *cursor;
    int rc =
        ms_commandf(consumer->connection, &consumer->reply, "XAUTOCLAIM %s %s %s %lld %s COUNT %d",
                    consumer->stream, consumer->group, consumer->name,
                    (long long)consumer->claim_idle_ms, consumer->claim_cursor, consumer->batch);

    if (rc != MS_OK) {
        consumer_clear_batch(consumer);
        if (rc == MS_ERROR_REPLY && strstr(consumer->connection->error, "unknown command")) {
            consumer->claim_idle_ms = 0; /* before Redis 6.2: nothing is taken over */
            return MS_OK;
        }
        return rc;
    }
    answer = ms_reply_value(consumer->reply);
    cursor = ms_value_text(ms_value_at(answer, 0), NULL);
    snprintf(consumer->claim_cursor, sizeof(consumer->claim_cursor), "%s", cursor ? cursor : "0-0");
    if (strcmp(consumer->claim_cursor, "0-0") == 0)
        consumer->next_claim_ms = time_now_ms() + consumer->claim_idle_ms / 2 + 1;
    consumer->entries = ms_value_at(answer, 1);
    return learn_what_we_can(consumer);
}

static int read_new(struct ms_consumer *consumer, int64_t deadline_ms)
{
    int64_t now_ms = time_now_ms();
    int64_t block_ms = consumer->block_ms;
    bool ask_claim = consumer->claim != 0;
    int rc;

    if (deadline_ms >= 0 && deadline_ms - now_ms < block_ms)
        block_ms = deadline_ms - now_ms;
    if (!ask_claim && consumer->claim_idle_ms > 0 && consumer->next_claim_ms - now_ms < block_ms)
        block_ms = consumer->next_claim_ms - now_ms;
    if (block_ms < 0)
        block_ms = 0;
    rc = exchange_read(consumer, ">", block_ms, ask_claim ? consumer->claim_idle_ms : 0);
    if (rc == MS_ERROR_REPLY && consumer->claim < 0 &&
        strncmp(consumer->connection->error, "ERR syntax error", 16) == 0) {
        consumer->claim = 0;
        return MS_OK;
    }
    if (rc == MS_OK && consumer->claim < 0)
        consumer->claim = 1;
    if (rc == MS_OK)
        note_batch(consumer);
    return rc;
}

static int read_batch(struct ms_consumer *consumer, int64_t deadline_ms)
{
    if (consumer->in_history)
        return read_history(consumer);
    if (consumer->claim == 0 && consumer->claim_idle_ms > 0 &&
        time_now_ms() >= consumer->next_claim_ms)
        return read_left_behind(consumer);
    return read_new(consumer, deadline_ms);
}

/* What an error reply means for us: MS_OK to try again, else MS_ERROR_REPLY. */
static int judge_error(struct ms_consumer *consumer)
{
    static const char *const passing[] = {"LOADING", "TRYAGAIN", "MASTERDOWN", "BUSY "};
    const char *error = consumer->connection->error;

    if (strncmp(error, "UNBLOCKED", 9) == 0)
        return MS_OK; /* the stream was deleted while we waited, or an operator freed us */
    if (strncmp(error, "NOGROUP", 7) == 0) {
        consumer->joined = 0; /* create it again; ids may start anew */
        strcpy(consumer->history_after, "0-0");
        return MS_OK;
    }
    for (size_t i = 0; i < sizeof(passing) / sizeof(*passing); i++) {
        if (strncmp(error, passing[i], strlen(passing[i])) == 0) {
            socket_wait(-1, 0, consumer->wake_fd, time_now_ms() + PAUSE_MS);
            return MS_OK;
        }
    }
    return MS_ERROR_REPLY;
}

int consumer_refill(struct ms_consumer *consumer, int64_t deadline_ms)
{
    struct ms_connection *connection = consumer->connection;

    for (;;) {
        int rc;

        connection->wake_fd = consumer->wake_fd;
        rc = connection_open_until(connection, -1);
        connection->wake_fd = -1;
        if (rc == MS_OK && consumer->joined != connection->generation)
            rc = join(consumer);
        if (rc == MS_OK)
            rc = read_batch(consumer, deadline_ms);
        else if (rc != MS_ERROR_REPLY && rc != MS_ERROR_CLOSED) /* a timeout here is no lack of
                                                                    entries */
            return consumer_fail(consumer, rc == MS_ERROR_TIMEOUT ? MS_ERROR_IO : rc);
        if (rc == MS_ERROR_REPLY)
            rc = judge_error(consumer);
        if (rc == MS_ERROR_REPLY || rc == MS_ERROR_USAGE || rc == MS_ERROR_STOPPED)
            return consumer_fail(consumer, rc);
        if (rc == MS_OK && ms_value_count(consumer->entries) > 0)
            return MS_OK;
        consumer_clear_batch(consumer);
        if (is_stopping(consumer))
            return MS_ERROR_STOPPED;
        if (deadline_ms >= 0 && time_now_ms() >= deadline_ms && !consumer->in_history)
            return MS_ERROR_TIMEOUT;
    }
}
