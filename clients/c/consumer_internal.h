/* consumer_internal.h - the consumer's state, shared by consumer.c (what the user calls) and
 * consumer_read.c (where entries come from). */
#ifndef MS_CLIENTS_C_CONSUMER_INTERNAL_H
#define MS_CLIENTS_C_CONSUMER_INTERNAL_H

#include "clients/c/connection_internal.h"

#include <stdatomic.h>

struct ms_consumer {
    struct ms_connection *connection;
    char *stream;
    char *group;
    char *name;
    char *start;
    int batch;
    int block_ms;
    int64_t claim_idle_ms;
    bool leave;

    /* Set by ms_consumer_stop in any thread, read by the owner. wake_fd (an eventfd) becomes
     * readable after it is set and stays so; no other data passes, so relaxed order would do. */
    atomic_int stopping;
    int wake_fd;

    /* Joining. */
    unsigned joined;                /* the connection's generation that has joined; 0: none */
    bool in_history;                /* reading what this name holds already */
    char history_after[MS_ID_SIZE]; /* the highest id received: an answer that got lost in a broken
                                      connection can only hold higher ones */
    int claim;                      /* XREADGROUP CLAIM: 1 works, 0 does not, -1 not known */
    int64_t next_claim_ms;          /* fallback: when XAUTOCLAIM is due (monotonic) */
    char claim_cursor[MS_ID_SIZE];

    /* The answer being given out. */
    struct ms_reply *reply;
    const struct ms_value *entries;
    size_t at;
    int64_t *deliveries; /* of each of `entries`, or NULL: they carry it, or it is 1 */
    struct ms_entry entry;
    struct ms_field *fields;
    size_t fields_capacity;

    /* Acknowledgements that the server has not confirmed: ids, each with its zero byte. */
    struct buffer acks;
    size_t ack_count;

    char error[ERROR_TEXT_SIZE];
};

enum {
    ACK_CHUNK = 1000 /* ids in one XACK */
};

/* Drops the answer that was given out. */
void consumer_clear_batch(struct ms_consumer *consumer);

/* Gets the next answer with entries into `entries`, waiting until `deadline_ms` (-1: for ever):
 * MS_OK (perhaps with no entries: ask again), MS_ERROR_TIMEOUT, MS_ERROR_STOPPED, or why it is
 * impossible. */
int consumer_refill(struct ms_consumer *consumer, int64_t deadline_ms);

/* Writes up to ACK_CHUNK acknowledgements; returns how many. */
size_t consumer_send_acks(struct ms_consumer *consumer);

/* Reads the answer of consumer_send_acks and drops the ids that it confirms. */
int consumer_confirm_acks(struct ms_consumer *consumer, size_t count);

/* Copies the connection's words; returns `status`. */
int consumer_fail(struct ms_consumer *consumer, int status);

#endif
