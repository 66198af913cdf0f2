/* The consumer as its user sees it: made, pulled or run, acknowledged to, stopped, closed. */
#include "clients/c/consumer_internal.h"
#include "core/base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

void ms_consumer_options_init(struct ms_consumer_options *options)
{
    *options = (struct ms_consumer_options){
        .start = "0",
        .batch = 50,
        .block_ms = 5000,
        .claim_idle_ms = 60000,
        .leave = 1,
    };
}

/* <host>-<pid>-<chance>: readable in XINFO CONSUMERS, and never taken twice. */
static char *default_name(void)
{
    char host[64] = "host";
    char name[128];
    unsigned chance = 0;

    if (gethostname(host, sizeof(host)) < 0)
        strcpy(host, "host");
    host[sizeof(host) - 1] = '\0';
    if (getrandom(&chance, sizeof(chance), 0) < 0)
        chance = (unsigned)time_now_ms();
    snprintf(name, sizeof(name), "%s-%ld-%08x", host, (long)getpid(), chance);
    return mem_strdup(name);
}

struct ms_consumer *ms_consumer_new(const struct ms_options *connection,
                                    const struct ms_consumer_options *options)
{
    struct ms_consumer *consumer;
    int wake_fd;

    if (!options->stream || !options->group || !options->start || options->batch < 1 ||
        options->block_ms < 1 || options->claim_idle_ms < 0)
        return NULL;
    wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd < 0)
        return NULL;
    consumer = mem_zalloc(sizeof(*consumer));
    consumer->connection = ms_connection_new(connection);
    consumer->stream = mem_strdup(options->stream);
    consumer->group = mem_strdup(options->group);
    consumer->name = options->consumer ? mem_strdup(options->consumer) : default_name();
    consumer->start = mem_strdup(options->start);
    consumer->batch = options->batch;
    consumer->block_ms = options->block_ms;
    consumer->claim_idle_ms = options->claim_idle_ms;
    consumer->leave = options->leave != 0;
    consumer->wake_fd = wake_fd;
    consumer->claim = options->claim_idle_ms > 0 ? -1 : 0;
    strcpy(consumer->history_after, "0-0");
    strcpy(consumer->claim_cursor, "0-0");
    atomic_init(&consumer->stopping, 0);
    return consumer;
}

void ms_consumer_free(struct ms_consumer *consumer)
{
    if (!consumer)
        return;
    consumer_clear_batch(consumer);
    ms_connection_free(consumer->connection);
    close(consumer->wake_fd);
    buffer_release(&consumer->acks);
    mem_free(consumer->fields);
    mem_free(consumer->stream);
    mem_free(consumer->group);
    mem_free(consumer->name);
    mem_free(consumer->start);
    mem_free(consumer);
}

const char *ms_consumer_name(const struct ms_consumer *consumer)
{
    return consumer->name;
}

const char *ms_consumer_error(const struct ms_consumer *consumer)
{
    return consumer->error;
}

int consumer_fail(struct ms_consumer *consumer, int status)
{
    snprintf(consumer->error, sizeof(consumer->error), "%s", consumer->connection->error);
    return status;
}

void ms_consumer_stop(struct ms_consumer *consumer)
{
    const uint64_t one = 1;
    int kept = errno; /* we may be inside a signal handler */

    atomic_store(&consumer->stopping, 1);
    if (write(consumer->wake_fd, &one, sizeof(one)) < 0) {
        /* The counter is full, so the descriptor is readable, which is all we want. */
    }
    errno = kept;
}

/* ---- Giving out ---- */

void consumer_clear_batch(struct ms_consumer *consumer)
{
    ms_reply_free(consumer->reply);
    mem_free(consumer->deliveries);
    consumer->reply = NULL;
    consumer->entries = NULL;
    consumer->deliveries = NULL;
    consumer->at = 0;
}

static void take_fields(struct ms_consumer *consumer, const struct ms_value *list)
{
    size_t count = ms_value_count(list) / 2;

    if (count > consumer->fields_capacity) {
        consumer->fields = mem_realloc(consumer->fields, count * sizeof(*consumer->fields));
        consumer->fields_capacity = count;
    }
    for (size_t i = 0; i < count; i++) {
        struct ms_field *field = &consumer->fields[i];

        field->name = ms_value_text(ms_value_at(list, 2 * i), &field->name_size);
        field->value = ms_value_text(ms_value_at(list, 2 * i + 1), &field->value_size);
    }
    consumer->entry.fields = consumer->fields;
    consumer->entry.count = count;
}

/* The next entry of the answer into `entry`. One that was deleted meanwhile is acknowledged and
 * passed over: there is no work in it. False at the end. */
static bool take_entry(struct ms_consumer *consumer)
{
    while (consumer->at < ms_value_count(consumer->entries)) {
        size_t at = consumer->at++;
        const struct ms_value *item = ms_value_at(consumer->entries, at);
        const char *id = ms_value_text(ms_value_at(item, 0), NULL);

        if (!id)
            continue;
        if (ms_value_type(ms_value_at(item, 1)) != MS_ARRAY) {
            ms_consumer_ack(consumer, id);
            continue;
        }
        consumer->entry.id = id;
        consumer->entry.idle_ms = ms_value_integer(ms_value_at(item, 2));
        consumer->entry.deliveries = consumer->deliveries
                                         ? consumer->deliveries[at]
                                         : ms_value_integer(ms_value_at(item, 3)) + 1;
        take_fields(consumer, ms_value_at(item, 1));
        return true;
    }
    return false;
}

int ms_consumer_next(struct ms_consumer *consumer, const struct ms_entry **entry, int timeout_ms)
{
    int64_t deadline_ms = timeout_ms < 0 ? -1 : time_now_ms() + timeout_ms;

    *entry = NULL;
    for (;;) {
        int rc;

        if (take_entry(consumer)) {
            *entry = &consumer->entry;
            return MS_OK;
        }
        consumer_clear_batch(consumer);
        if (atomic_load(&consumer->stopping))
            return MS_ERROR_STOPPED;
        rc = consumer_refill(consumer, deadline_ms);
        if (rc == MS_ERROR_STOPPED)
            continue; /* an answer that came after all is given out first */
        if (rc != MS_OK)
            return rc;
    }
}

/* ---- Acknowledging ---- */

int ms_consumer_ack(struct ms_consumer *consumer, const char *id)
{
    size_t size = strlen(id) + 1;

    if (size <= 1 || size > MS_ID_SIZE) {
        snprintf(consumer->error, sizeof(consumer->error), "not an entry's id");
        return MS_ERROR_USAGE;
    }
    buffer_append(&consumer->acks, id, size);
    consumer->ack_count++;
    return MS_OK;
}

size_t consumer_send_acks(struct ms_consumer *consumer)
{
    struct buffer *out = &consumer->connection->out;
    size_t count = consumer->ack_count < ACK_CHUNK ? consumer->ack_count : ACK_CHUNK;
    const char *id = consumer->acks.data;

    if (count == 0)
        return 0;
    command_append_header(out, 3 + count);
    command_append_bulk(out, "XACK", 4);
    command_append_bulk(out, consumer->stream, strlen(consumer->stream));
    command_append_bulk(out, consumer->group, strlen(consumer->group));
    for (size_t i = 0; i < count; i++, id += strlen(id) + 1)
        command_append_bulk(out, id, strlen(id));
    consumer->connection->pending++;
    return count;
}

int consumer_confirm_acks(struct ms_consumer *consumer, size_t count)
{
    struct ms_reply *reply;
    size_t size = 0;
    int rc;

    if (count == 0)
        return MS_OK;
    rc = ms_receive(consumer->connection, &reply);
    ms_reply_free(reply);
    if (rc != MS_OK && rc != MS_ERROR_REPLY)
        return rc;
    for (size_t i = 0; i < count; i++)
        size += strlen(consumer->acks.data + size) + 1;
    buffer_consume(&consumer->acks, size);
    consumer->ack_count -= count;
    return rc;
}

int ms_consumer_flush(struct ms_consumer *consumer)
{
    int result = MS_OK;

    while (consumer->ack_count > 0) {
        int rc = ms_connection_open(consumer->connection);

        if (rc != MS_OK)
            return consumer_fail(consumer, rc);
        rc = consumer_confirm_acks(consumer, consumer_send_acks(consumer));
        if (rc == MS_ERROR_REPLY) /* the stream has become something else: go on to the end */
            result = consumer_fail(consumer, rc);
        /* Otherwise it is done, or the connection broke: XACK bears repetition. */
    }
    return result;
}

/* Deletes our name from the group, unless something is pending for it: that would be lost. */
static int leave_group(struct ms_consumer *consumer)
{
    struct ms_reply *reply;
    bool empty;
    int rc = ms_commandf(consumer->connection, &reply, "XPENDING %s %s - + 1 %s", consumer->stream,
                         consumer->group, consumer->name);

    empty = rc == MS_OK && ms_value_count(ms_reply_value(reply)) == 0;
    ms_reply_free(reply);
    if (empty) {
        rc = ms_commandf(consumer->connection, &reply, "XGROUP DELCONSUMER %s %s %s",
                         consumer->stream, consumer->group, consumer->name);
        ms_reply_free(reply);
    }
    /* An error reply means that the group has gone, and our name with it. */
    return rc == MS_ERROR_REPLY ? MS_OK : rc;
}

int ms_consumer_close(struct ms_consumer *consumer)
{
    int rc = ms_consumer_flush(consumer);

    if (rc == MS_OK && consumer->leave && consumer->joined) {
        rc = leave_group(consumer);
        if (rc != MS_OK)
            consumer_fail(consumer, rc);
    }
    consumer_clear_batch(consumer);
    ms_connection_close(consumer->connection);
    consumer->joined = 0;
    return rc;
}

int ms_consumer_run(struct ms_consumer *consumer, ms_entry_handler *handler, void *context)
{
    for (;;) {
        const struct ms_entry *entry;
        int rc = ms_consumer_next(consumer, &entry, -1);

        if (rc == MS_ERROR_STOPPED)
            return ms_consumer_close(consumer);
        if (rc != MS_OK)
            return rc;
        if (handler(context, entry) == MS_ACK)
            ms_consumer_ack(consumer, entry->id);
    }
}
