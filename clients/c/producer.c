/* The producer. Queued entries are kept as the part of their XADD that never changes (" * field
 * value ...") with their number; the part before it (MAXLEN, IDMP) is written when they are sent,
 * because whether the server knows IDMP shows only then.
 *
 * A flush is a loop of rounds. A round writes every entry that has no answer yet and reads the
 * answers in order. When the connection breaks, the entries without an answer stay and the next
 * round sends them again under the same numbers, if that is safe; else they end as UNSURE. The very
 * first round of a producer sends a single entry, so that a server without IDMP refuses one entry
 * and not the first of many, which keeps the order. */
#include "clients/c/connection_internal.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum {
    PRODUCER_ID_SIZE = 33
};

struct queued {
    size_t at;       /* where its bytes begin in `bodies` */
    size_t size;     /* of its bytes */
    size_t argc;     /* of its bytes: the id and the fields */
    uint64_t number; /* under the producer's id */
    void *tag;
    bool sent; /* at least once: an answer may have been lost */
};

struct ms_producer {
    struct ms_connection *connection;
    char *stream;
    char *producer_id;
    int64_t limit;
    bool exact_limit;
    bool resend_unsure;
    int batch;
    int retry_limit_ms;
    ms_delivered_handler *delivered;
    void *context;
    int idempotent; /* 1 yes, 0 no, -1 not known */
    uint64_t next_number;
    struct queued queue[MS_PRODUCER_BATCH_LIMIT];
    size_t count; /* queued */
    size_t done;  /* of them, from the front, have ended */
    struct buffer bodies;
    char last_id[MS_ID_SIZE];
    int result; /* of the flush: the first failure */
    char error[ERROR_TEXT_SIZE];
};

void ms_producer_options_init(struct ms_producer_options *options)
{
    *options = (struct ms_producer_options){.batch = 50, .retry_limit_ms = 60000};
}

/* 128 bits of chance as hex; two producers must never share an id. */
static char *random_id(void)
{
    unsigned char bits[16];
    char *text;

    if (getrandom(bits, sizeof(bits), 0) != sizeof(bits))
        return NULL;
    text = mem_alloc(PRODUCER_ID_SIZE);
    for (size_t i = 0; i < sizeof(bits); i++)
        snprintf(text + 2 * i, 3, "%02x", bits[i]);
    return text;
}

struct ms_producer *ms_producer_new(const struct ms_options *connection,
                                    const struct ms_producer_options *options)
{
    struct ms_producer *producer;

    if (!options->stream || options->limit < 0 || options->batch < 1 ||
        options->batch > MS_PRODUCER_BATCH_LIMIT || options->retry_limit_ms < 0 ||
        (options->producer_id && !*options->producer_id))
        return NULL;
    producer = mem_zalloc(sizeof(*producer));
    producer->producer_id = options->producer_id ? mem_strdup(options->producer_id) : random_id();
    if (!producer->producer_id) {
        mem_free(producer);
        return NULL;
    }
    producer->connection = ms_connection_new(connection);
    producer->stream = mem_strdup(options->stream);
    producer->limit = options->limit;
    producer->exact_limit = options->exact_limit != 0;
    producer->resend_unsure = options->resend_unsure != 0;
    producer->batch = options->batch;
    producer->retry_limit_ms = options->retry_limit_ms;
    producer->delivered = options->delivered;
    producer->context = options->context;
    producer->idempotent = -1;
    producer->next_number = 1;
    return producer;
}

void ms_producer_free(struct ms_producer *producer)
{
    if (!producer)
        return;
    ms_connection_free(producer->connection);
    buffer_release(&producer->bodies);
    mem_free(producer->producer_id);
    mem_free(producer->stream);
    mem_free(producer);
}

int ms_producer_is_idempotent(const struct ms_producer *producer)
{
    return producer->idempotent;
}

const char *ms_producer_error(const struct ms_producer *producer)
{
    return producer->error;
}

static void append_text(struct buffer *out, const char *text)
{
    command_append_bulk(out, text, strlen(text));
}

/* XADD stream [MAXLEN ~|= n] [IDMP id number] and the entry's own bytes. */
static void write_entry(struct ms_producer *producer, struct queued *entry)
{
    struct buffer *out = &producer->connection->out;
    char number[32];

    command_append_header(out, 2 + (producer->limit > 0 ? 3 : 0) +
                                   (producer->idempotent != 0 ? 3 : 0) + entry->argc);
    append_text(out, "XADD");
    append_text(out, producer->stream);
    if (producer->limit > 0) {
        snprintf(number, sizeof(number), "%" PRId64, producer->limit);
        append_text(out, "MAXLEN");
        append_text(out, producer->exact_limit ? "=" : "~");
        append_text(out, number);
    }
    if (producer->idempotent != 0) {
        snprintf(number, sizeof(number), "%" PRIu64, entry->number);
        append_text(out, "IDMP");
        append_text(out, producer->producer_id);
        append_text(out, number);
    }
    buffer_append(out, producer->bodies.data + entry->at, entry->size);
    producer->connection->pending++;
}

/* The entry at the front of the queue has come to its end. */
static void finish(struct ms_producer *producer, int status, const char *id, const char *error)
{
    struct queued *entry = &producer->queue[producer->done++];

    if (status == MS_OK)
        snprintf(producer->last_id, sizeof(producer->last_id), "%s", id);
    else if (producer->result == MS_OK) {
        producer->result = status;
        snprintf(producer->error, sizeof(producer->error), "%s", error);
    }
    if (producer->delivered)
        producer->delivered(producer->context, entry->tag, status, id, error);
}

/* How a server that does not know IDMP answers: it takes the word for the entry's id. An XADD of
 * ours with "*" gets this error for no other reason. */
static bool means_no_idmp(const char *error)
{
    return strstr(error, "Invalid stream ID") || strncmp(error, "ERR syntax error", 16) == 0 ||
           strstr(error, "wrong number of arguments");
}

/* Errors that say nothing about the entry: the same request may succeed in a moment. */
static bool is_passing(const char *error)
{
    return strncmp(error, "LOADING", 7) == 0 || strncmp(error, "TRYAGAIN", 8) == 0 ||
           strncmp(error, "MASTERDOWN", 10) == 0 || strncmp(error, "BUSY ", 5) == 0;
}

/* Reads the answers of `count` entries. MS_OK; or a status when the connection broke, or
 * MS_ERROR_REPLY when the round must be repeated; the entries without an end are still queued. */
static int read_answers(struct ms_producer *producer, size_t count)
{
    struct ms_connection *connection = producer->connection;
    bool repeat = false;

    for (size_t i = 0; i < count; i++) {
        struct ms_reply *reply;
        const char *error = connection->error;
        int rc = ms_receive(connection, &reply);

        if (rc != MS_OK && rc != MS_ERROR_REPLY)
            return rc;
        if (rc == MS_ERROR_REPLY && producer->idempotent < 0 && means_no_idmp(error)) {
            producer->idempotent = 0;
            producer->queue[producer->done].sent = false; /* it was refused, nothing was lost */
            repeat = true;
        } else if (rc == MS_ERROR_REPLY && producer->idempotent != 0 && is_passing(error)) {
            /* What follows in this round must not overtake it: throw the round away. The numbers
             * make it harmless that some of it may have been carried out. */
            ms_reply_free(reply);
            ms_connection_close(connection);
            return MS_ERROR_REPLY;
        } else {
            if (rc == MS_OK && producer->idempotent < 0)
                producer->idempotent = 1;
            finish(producer, rc, ms_value_text(ms_reply_value(reply), NULL), error);
        }
        ms_reply_free(reply);
    }
    return repeat ? MS_ERROR_REPLY : MS_OK;
}

/* Everything not ended yet ends now. */
static void give_up(struct ms_producer *producer, int status)
{
    while (producer->done < producer->count) {
        bool sent = producer->queue[producer->done].sent;

        finish(producer, sent ? MS_ERROR_UNSURE : status, NULL, producer->connection->error);
    }
}

/* After the connection broke: ends what must not be sent again. */
static void drop_unsure(struct ms_producer *producer)
{
    if (producer->idempotent != 0 || producer->resend_unsure)
        return;
    while (producer->done < producer->count && producer->queue[producer->done].sent)
        finish(producer, MS_ERROR_UNSURE, NULL, producer->connection->error);
}

/* Sends everything that has no answer, or one entry while IDMP is not known, and reads. */
static int send_round(struct ms_producer *producer)
{
    size_t count = producer->idempotent < 0 ? 1 : producer->count - producer->done;

    for (size_t i = 0; i < count; i++) {
        struct queued *entry = &producer->queue[producer->done + i];

        write_entry(producer, entry);
        entry->sent = true;
    }
    return read_answers(producer, count);
}

int ms_producer_flush(struct ms_producer *producer)
{
    int64_t deadline_ms = time_now_ms() + producer->retry_limit_ms;

    producer->result = MS_OK;
    producer->error[0] = '\0';
    while (producer->done < producer->count) {
        int rc = connection_open_until(producer->connection, deadline_ms);

        if (rc != MS_OK) {
            give_up(producer, rc);
            break;
        }
        rc = send_round(producer);
        if (rc == MS_OK || rc == MS_ERROR_REPLY) {
            if (producer->connection->fd < 0 && time_now_ms() >= deadline_ms)
                give_up(producer, MS_ERROR_REPLY);
            else if (producer->connection->fd < 0)
                socket_wait(-1, 0, -1, time_now_ms() + 100); /* a passing error: try in a moment */
            continue;
        }
        drop_unsure(producer);
        if (time_now_ms() >= deadline_ms)
            give_up(producer, MS_ERROR_IO);
    }
    producer->count = producer->done = 0;
    buffer_clear(&producer->bodies);
    return producer->result;
}

/* Copies the entry into the queue, which must have room. */
static void enqueue(struct ms_producer *producer, const struct ms_field *fields, size_t count,
                    void *tag)
{
    struct queued *entry = &producer->queue[producer->count++];

    *entry = (struct queued){
        .at = producer->bodies.size,
        .argc = 1 + 2 * count,
        .number = producer->next_number++,
        .tag = tag,
    };
    append_text(&producer->bodies, "*");
    for (size_t i = 0; i < count; i++) {
        command_append_bulk(&producer->bodies, fields[i].name, fields[i].name_size);
        command_append_bulk(&producer->bodies, fields[i].value, fields[i].value_size);
    }
    entry->size = producer->bodies.size - entry->at;
}

static int refuse_empty(struct ms_producer *producer)
{
    snprintf(producer->error, sizeof(producer->error), "an entry needs at least one field");
    return MS_ERROR_USAGE;
}

int ms_producer_queue(struct ms_producer *producer, const struct ms_field *fields, size_t count,
                      void *tag)
{
    if (count == 0)
        return refuse_empty(producer);
    enqueue(producer, fields, count, tag);
    return producer->count >= (size_t)producer->batch ? ms_producer_flush(producer) : MS_OK;
}

int ms_producer_send(struct ms_producer *producer, const struct ms_field *fields, size_t count,
                     char *id)
{
    int rc;

    if (count == 0)
        return refuse_empty(producer);
    if (producer->count > 0)
        ms_producer_flush(producer); /* its entries' ends were told to `delivered` */
    enqueue(producer, fields, count, NULL);
    rc = ms_producer_flush(producer);
    if (rc == MS_OK && id)
        memcpy(id, producer->last_id, MS_ID_SIZE);
    return rc;
}
