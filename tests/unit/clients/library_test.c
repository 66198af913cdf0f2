/* libmillstream against a server: library_test <port> (run by examples/run.py, which starts one).
 * The same program passes against redis-server 7.0, where the documented fallbacks are proved: what
 * differs asks ms_producer_is_idempotent. */
#include "clients/c/millstream.h"
#include "faulty_proxy.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <errno.h>
#include <time.h>
#include <cmocka.h>

static int server_port;
static struct ms_connection *admin; /* straight to the server */

static struct ms_options options_to(int port)
{
    struct ms_options options;

    ms_options_init(&options);
    options.port = port;
    options.backoff_first_ms = 1;
    options.backoff_limit_ms = 20;
    return options;
}

/* An integer answer of the server to a line of words. */
static int64_t ask(const char *words)
{
    struct ms_reply *reply;
    int64_t number;

    if (ms_commandf(admin, &reply, words) != MS_OK)
        fail_msg("%s: %s", words, ms_connection_error(admin));
    number = ms_value_integer(ms_reply_value(reply));
    ms_reply_free(reply);
    return number;
}

static int64_t group_number(const char *field)
{
    struct ms_reply *reply;
    int64_t number;

    assert_int_equal(ms_commandf(admin, &reply, "XINFO GROUPS s"), MS_OK);
    number = ms_value_integer(ms_value_get(ms_value_at(ms_reply_value(reply), 0), field));
    ms_reply_free(reply);
    return number;
}

static void add_entries(int count)
{
    for (int i = 0; i < count; i++) {
        struct ms_reply *reply;

        assert_int_equal(ms_commandf(admin, &reply, "XADD s * n %d", i), MS_OK);
        ms_reply_free(reply);
    }
}

/* ---- Connections ---- */

static void test_every_protocol_reads_a_map_the_same_way(void **state)
{
    (void)state;
    add_entries(1);
    for (int protocol = 2; protocol <= 3; protocol++) {
        struct ms_options options = options_to(server_port);
        struct ms_connection *connection;
        struct ms_reply *reply;

        options.protocol = protocol;
        connection = ms_connection_new(&options);
        assert_int_equal(ms_commandf(connection, &reply, "XINFO STREAM s"), MS_OK);
        assert_int_equal(ms_connection_protocol(connection), protocol);
        assert_int_equal(ms_value_integer(ms_value_get(ms_reply_value(reply), "length")), 1);
        assert_null(ms_value_get(ms_reply_value(reply), "nothing"));
        ms_reply_free(reply);
        ms_connection_free(connection);
    }
}

static void test_what_is_put_in_is_one_binary_safe_argument(void **state)
{
    struct ms_reply *reply;
    size_t size;
    const char *text;

    (void)state;
    assert_int_equal(ms_commandf(admin, &reply, "SET key:%d %b", 7, "a b\r\n\0c", (size_t)7),
                     MS_OK);
    ms_reply_free(reply);
    assert_int_equal(ms_commandf(admin, &reply, "GET %s:%lld", "key", 7LL), MS_OK);
    text = ms_value_text(ms_reply_value(reply), &size);
    assert_int_equal(size, 7);
    assert_memory_equal(text, "a b\r\n\0c", 7);
    ms_reply_free(reply);
    assert_int_equal(ms_commandf(admin, &reply, "GET %x"), MS_ERROR_USAGE);
    assert_int_equal(ms_commandf(admin, &reply, "  "), MS_ERROR_USAGE);
    assert_int_equal(ms_connection_pending(admin), 0);
}

static void test_an_error_reply_is_told_and_kept(void **state)
{
    struct ms_reply *reply;

    (void)state;
    assert_int_equal(ms_commandf(admin, &reply, "NOSUCH"), MS_ERROR_REPLY);
    assert_int_equal(ms_value_type(ms_reply_value(reply)), MS_ERROR);
    assert_non_null(strstr(ms_connection_error(admin), "unknown command"));
    ms_reply_free(reply);
    assert_int_equal(ms_commandf(admin, &reply, "PING"), MS_OK);
    assert_string_equal(ms_connection_error(admin), "");
    ms_reply_free(reply);
}

/* 20,000 commands and their answers exceed every socket buffer: neither side may lock up. */
static void test_a_long_pipeline_answers_in_order(void **state)
{
    static char value[2000];
    struct ms_reply *reply;

    (void)state;
    memset(value, 'x', sizeof(value) - 1);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(ms_sendf(admin, "ECHO %d:%s", i, value), MS_OK);
    assert_int_equal(ms_connection_pending(admin), 20000);
    assert_int_equal(ms_commandf(admin, &reply, "PING"), MS_ERROR_USAGE);
    for (int i = 0; i < 20000; i++) {
        assert_int_equal(ms_receive(admin, &reply), MS_OK);
        assert_int_equal(atoi(ms_value_text(ms_reply_value(reply), NULL)), i);
        ms_reply_free(reply);
    }
    assert_int_equal(ms_receive(admin, &reply), MS_ERROR_USAGE);
}

static void test_a_lost_answer_is_told_and_the_next_command_reconnects(void **state)
{
    struct faulty_proxy *proxy = faulty_proxy_start(server_port);
    struct ms_options options = options_to(faulty_proxy_port(proxy));
    struct ms_connection *connection = ms_connection_new(&options);
    struct ms_reply *reply;

    (void)state;
    assert_int_equal(ms_connection_open(connection), MS_OK);
    faulty_proxy_lose(proxy, 1);
    assert_int_equal(ms_commandf(connection, &reply, "INCR n"), MS_ERROR_CLOSED);
    assert_null(reply);
    assert_int_equal(ms_commandf(connection, &reply, "INCR n"), MS_OK);
    /* It was carried out once for each call: nothing is sent again by itself. */
    assert_int_equal(ms_value_integer(ms_reply_value(reply)), 2);
    assert_int_equal(ms_connection_generation(connection), 2);
    ms_reply_free(reply);
    ms_connection_free(connection);
    faulty_proxy_stop(proxy);
}

static void test_a_late_answer_is_never_taken_for_the_next_one(void **state)
{
    struct ms_options options = options_to(server_port);
    struct ms_connection *connection;
    struct ms_reply *reply;

    (void)state;
    add_entries(1);
    options.command_timeout_ms = 20;
    connection = ms_connection_new(&options);
    assert_int_equal(ms_commandf(connection, &reply, "XREAD BLOCK 100 STREAMS s $"),
                     MS_ERROR_TIMEOUT);
    assert_false(ms_connection_is_open(connection));
    ms_connection_set_timeout(connection, 5000);
    assert_int_equal(ms_commandf(connection, &reply, "ECHO mine"), MS_OK);
    assert_string_equal(ms_value_text(ms_reply_value(reply), NULL), "mine");
    ms_reply_free(reply);
    ms_connection_free(connection);
}

static void test_nobody_listening_is_an_error_after_the_tries(void **state)
{
    struct ms_options options = options_to(1);
    struct ms_connection *connection;

    (void)state;
    options.reconnect_limit = 2;
    connection = ms_connection_new(&options);
    assert_int_equal(ms_connection_open(connection), MS_ERROR_IO);
    assert_true(ms_connection_error(connection)[0] != '\0');
    ms_connection_free(connection);
}

static void test_a_refused_login_is_not_tried_again(void **state)
{
    struct ms_options options = options_to(server_port);
    struct ms_connection *connection;

    (void)state;
    options.password = "wrong";
    options.username = "nobody";
    options.reconnect_limit = -1;
    connection = ms_connection_new(&options);
    assert_int_equal(ms_connection_open(connection), MS_ERROR_REPLY);
    ms_connection_free(connection);
}

/* ---- A transport plugged in: one byte at a time, and every second call not ready ---- */

struct slow {
    int fd;
    unsigned reads, writes;
    int started;
};

static int slow_open_count;

static void *slow_open(void *context, int fd, const char *host, char *error, size_t error_size)
{
    struct slow *slow = calloc(1, sizeof(*slow));

    (void)error;
    (void)error_size;
    assert_string_equal(context, "context");
    assert_string_equal(host, "127.0.0.1");
    slow->fd = fd;
    slow_open_count++;
    return slow;
}

static int slow_start(void *session, char *error, size_t error_size)
{
    struct slow *slow = session;

    (void)error;
    (void)error_size;
    return slow->started++ < 3 ? MS_TRANSPORT_WANT_WRITE : MS_TRANSPORT_END;
}

static ptrdiff_t slow_read(void *session, void *to, size_t size)
{
    struct slow *slow = session;
    ssize_t got;

    (void)size;
    if (slow->reads++ % 2 == 0)
        return MS_TRANSPORT_WANT_WRITE; /* as TLS may while it renews its keys */
    got = recv(slow->fd, to, 1, 0);
    return got >= 0 ? got : errno == EAGAIN ? MS_TRANSPORT_WANT_READ : MS_TRANSPORT_FAILED;
}

static ptrdiff_t slow_write(void *session, const void *from, size_t size)
{
    struct slow *slow = session;

    (void)size;
    if (slow->writes++ % 2 == 0)
        return MS_TRANSPORT_WANT_WRITE;
    return send(slow->fd, from, 1, MSG_NOSIGNAL);
}

static void test_a_transport_that_gives_byte_after_byte_works(void **state)
{
    static const struct ms_transport slow_transport = {slow_open,  slow_start, slow_read,
                                                       slow_write, free,       NULL};
    struct ms_options options = options_to(server_port);
    struct ms_connection *connection;
    struct ms_reply *reply;

    (void)state;
    options.transport = &slow_transport;
    options.transport_context = (void *)(uintptr_t) "context";
    connection = ms_connection_new(&options);
    assert_int_equal(ms_commandf(connection, &reply, "ECHO hello"), MS_OK);
    assert_string_equal(ms_value_text(ms_reply_value(reply), NULL), "hello");
    assert_int_equal(slow_open_count, 1);
    ms_reply_free(reply);
    ms_connection_free(connection);
}

/* ---- Producer ---- */

struct ends {
    int ok, unsure, other;
    int next_tag; /* ends must come in order */
};

static void on_delivered(void *context, void *tag, int status, const char *id, const char *error)
{
    struct ends *ends = context;

    (void)error;
    assert_int_equal((intptr_t)tag, ends->next_tag);
    ends->next_tag++;
    if (status == MS_OK) {
        assert_non_null(strchr(id, '-'));
        ends->ok++;
    } else if (status == MS_ERROR_UNSURE) {
        ends->unsure++;
    } else {
        ends->other++;
    }
}

static struct ms_producer *producer_to(int port, struct ends *ends, int resend_unsure)
{
    struct ms_options options = options_to(port);
    struct ms_producer_options producer;

    ms_producer_options_init(&producer);
    producer.stream = "s";
    producer.batch = 20;
    producer.retry_limit_ms = 20000;
    producer.resend_unsure = resend_unsure;
    producer.delivered = on_delivered;
    producer.context = ends;
    return ms_producer_new(&options, &producer);
}

static void queue_entries(struct ms_producer *producer, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        char text[16];
        struct ms_field field;

        snprintf(text, sizeof(text), "%d", i);
        field = MS_FIELD("n", text);
        ms_producer_queue(producer, &field, 1, (void *)(intptr_t)i);
    }
}

/* Every 10 entries an answer of the server gets lost. With IDMP each entry is there exactly once;
 * without it nothing is there twice, and what nobody can know is told. */
static void test_lost_answers_append_nothing_twice(void **state)
{
    struct faulty_proxy *proxy = faulty_proxy_start(server_port);
    struct ends ends = {0};
    struct ms_producer *producer = producer_to(faulty_proxy_port(proxy), &ends, 0);
    struct ms_reply *reply;
    int64_t there;

    (void)state;
    queue_entries(producer, 0, 1);
    assert_int_equal(ms_producer_flush(producer), MS_OK);
    for (int i = 1; i < 201; i += 10) {
        faulty_proxy_lose(proxy, 1);
        queue_entries(producer, i, 10);
        ms_producer_flush(producer);
    }
    assert_true(faulty_proxy_lost(proxy) >= 20);
    assert_int_equal(ends.next_tag, 201);
    assert_int_equal(ends.other, 0);
    there = ask("XLEN s");
    if (ms_producer_is_idempotent(producer)) {
        assert_int_equal(ends.ok, 201);
        assert_int_equal(there, 201);
    } else {
        assert_true(ends.unsure > 0);
        assert_true(there >= ends.ok && there <= 201);
    }
    assert_int_equal(ms_commandf(admin, &reply, "XRANGE s - +"), MS_OK);
    for (size_t i = 0, last = 0; i < ms_value_count(ms_reply_value(reply)); i++) {
        const struct ms_value *fields = ms_value_at(ms_value_at(ms_reply_value(reply), i), 1);
        size_t n = (size_t)ms_value_integer(ms_value_at(fields, 1));

        assert_true(i == 0 || n > last); /* none twice, and in order */
        last = n;
    }
    ms_reply_free(reply);
    ms_producer_free(producer);
    faulty_proxy_stop(proxy);
}

static void test_resending_the_unsure_loses_nothing(void **state)
{
    struct faulty_proxy *proxy = faulty_proxy_start(server_port);
    struct ends ends = {0};
    struct ms_producer *producer = producer_to(faulty_proxy_port(proxy), &ends, 1);

    (void)state;
    queue_entries(producer, 0, 1);
    ms_producer_flush(producer);
    faulty_proxy_lose(proxy, 3);
    queue_entries(producer, 1, 10);
    assert_int_equal(ms_producer_flush(producer), MS_OK);
    assert_int_equal(ends.ok, 11);
    assert_true(ask("XLEN s") >= 11);
    ms_producer_free(producer);
    faulty_proxy_stop(proxy);
}

static void test_a_refused_entry_is_told_and_the_others_go_on(void **state)
{
    struct ends ends = {.next_tag = 0};
    struct ms_producer *producer = producer_to(server_port, &ends, 0);
    struct ms_field field = MS_FIELD("n", "0");
    char id[MS_ID_SIZE];

    (void)state;
    assert_int_equal(ms_producer_queue(producer, &field, 0, NULL), MS_ERROR_USAGE);
    assert_int_equal(ms_producer_send(producer, &field, 1, id), MS_OK);
    assert_non_null(strchr(id, '-'));
    ask("DEL s");
    ask("SET s x");
    ends.next_tag = 0;
    assert_int_equal(ms_producer_send(producer, &field, 1, id), MS_ERROR_REPLY);
    assert_non_null(strstr(ms_producer_error(producer), "WRONGTYPE"));
    ask("DEL s");
    ends.next_tag = 0;
    assert_int_equal(ms_producer_send(producer, &field, 1, id), MS_OK);
    ms_producer_free(producer);
}

/* ---- Consumer ---- */

static struct ms_consumer *consumer_to(int port, const char *name, int64_t claim_idle_ms, int leave)
{
    struct ms_options options = options_to(port);
    struct ms_consumer_options consumer;

    ms_consumer_options_init(&consumer);
    consumer.stream = "s";
    consumer.group = "g";
    consumer.consumer = name;
    consumer.batch = 10;
    consumer.claim_idle_ms = claim_idle_ms;
    consumer.leave = leave;
    return ms_consumer_new(&options, &consumer);
}

/* Takes `count` entries and acknowledges them if asked; each `n` must be the next from `first`. */
static void take(struct ms_consumer *consumer, int first, int count, int acknowledge)
{
    for (int i = first; i < first + count; i++) {
        const struct ms_entry *entry;
        int rc = ms_consumer_next(consumer, &entry, 5000);

        if (rc != MS_OK)
            fail_msg("entry %d: %s %s", i, ms_status_name(rc), ms_consumer_error(consumer));
        assert_int_equal(entry->count, 1);
        assert_int_equal(atoi(entry->fields[0].value), i);
        if (acknowledge)
            ms_consumer_ack(consumer, entry->id);
    }
}

static void test_a_consumer_makes_the_group_and_acknowledges_in_batches(void **state)
{
    struct ms_consumer *consumer = consumer_to(server_port, NULL, 0, 1);

    (void)state;
    add_entries(35);
    take(consumer, 0, 35, 1);
    assert_int_equal(ms_consumer_close(consumer), MS_OK);
    assert_int_equal(group_number("pending"), 0);
    assert_int_equal(group_number("consumers"), 0);
    ms_consumer_free(consumer);
}

static void test_no_entry_in_time_is_a_timeout(void **state)
{
    struct ms_consumer *consumer = consumer_to(server_port, NULL, 60000, 1);
    const struct ms_entry *entry;

    (void)state;
    assert_int_equal(ms_consumer_next(consumer, &entry, 30), MS_ERROR_TIMEOUT);
    assert_int_equal(ms_consumer_next(consumer, &entry, 0), MS_ERROR_TIMEOUT);
    add_entries(1);
    take(consumer, 0, 1, 1);
    ms_consumer_free(consumer);
}

/* The first worker dies with ten entries in hand: nothing is closed, nothing acknowledged. */
static void test_what_a_dead_consumer_held_is_taken_over(void **state)
{
    struct ms_consumer *dead = consumer_to(server_port, "dead", 0, 0);
    struct ms_consumer *heir = consumer_to(server_port, "heir", 5, 1);
    int redelivered = 0;

    (void)state;
    add_entries(15);
    take(dead, 0, 10, 0);
    ms_consumer_free(dead);
    for (int done = 0; done < 15; done++) {
        const struct ms_entry *entry;

        assert_int_equal(ms_consumer_next(heir, &entry, 5000), MS_OK);
        redelivered += entry->deliveries == 2;
        ms_consumer_ack(heir, entry->id);
    }
    assert_int_equal(redelivered, 10);
    assert_int_equal(ms_consumer_close(heir), MS_OK);
    assert_int_equal(group_number("pending"), 0);
    ms_consumer_free(heir);
}

static void test_the_same_name_gets_its_own_entries_first(void **state)
{
    struct ms_consumer *before = consumer_to(server_port, "same", 0, 0);
    struct ms_consumer *after = consumer_to(server_port, "same", 0, 1);
    const struct ms_entry *entry;

    (void)state;
    add_entries(13);
    take(before, 0, 10, 0);
    ms_consumer_free(before);
    ask("XTRIM s MAXLEN = 12"); /* entry 0 is gone: no work is left in it */
    assert_int_equal(ms_consumer_next(after, &entry, 1000), MS_OK);
    assert_int_equal(atoi(entry->fields[0].value), 1);
    assert_int_equal(entry->deliveries, 2);
    ms_consumer_ack(after, entry->id);
    take(after, 2, 11, 1);
    assert_int_equal(ms_consumer_close(after), MS_OK);
    assert_int_equal(group_number("pending"), 0);
    ms_consumer_free(after);
}

/* The server handed out a batch, and its answer was lost: it must come at once, not after a claim
 * (which is off here). */
static void test_a_lost_batch_is_asked_for_again(void **state)
{
    struct faulty_proxy *proxy = faulty_proxy_start(server_port);
    struct ms_consumer *consumer = consumer_to(faulty_proxy_port(proxy), "c", 0, 1);

    (void)state;
    add_entries(10);
    take(consumer, 0, 10, 1);
    for (int round = 1; round < 6; round++) {
        for (int i = 0; i < 10; i++) {
            struct ms_reply *reply;

            assert_int_equal(ms_commandf(admin, &reply, "XADD s * n %d", round * 10 + i), MS_OK);
            ms_reply_free(reply);
        }
        faulty_proxy_lose(proxy, 1);
        take(consumer, round * 10, 10, 1);
    }
    assert_true(faulty_proxy_lost(proxy) >= 5);
    assert_int_equal(ms_consumer_close(consumer), MS_OK);
    assert_int_equal(group_number("pending"), 0);
    ms_consumer_free(consumer);
    faulty_proxy_stop(proxy);
}

static void test_a_group_that_went_away_is_made_again(void **state)
{
    struct ms_consumer *consumer = consumer_to(server_port, NULL, 60000, 1);

    (void)state;
    add_entries(2);
    take(consumer, 0, 2, 1);
    assert_int_equal(ms_consumer_flush(consumer), MS_OK);
    ask("DEL s");
    add_entries(3);
    take(consumer, 0, 3, 1);
    ms_consumer_free(consumer);
}

struct runner {
    struct ms_consumer *consumer;
    int seen, stop_at, result;
};

static enum ms_verdict count_entry(void *context, const struct ms_entry *entry)
{
    struct runner *runner = context;

    if (++runner->seen == runner->stop_at)
        ms_consumer_stop(runner->consumer);
    return atoi(entry->fields[0].value) == 3 ? MS_KEEP : MS_ACK;
}

static void test_stop_finishes_what_was_received_and_keeps_what_is_not_done(void **state)
{
    struct runner runner = {.stop_at = 5};

    (void)state;
    runner.consumer = consumer_to(server_port, "r", 60000, 1);
    add_entries(25);
    assert_int_equal(ms_consumer_run(runner.consumer, count_entry, &runner), MS_OK);
    assert_int_equal(runner.seen, 10); /* the batch of the fifth entry */
    assert_int_equal(group_number("pending"), 1);
    assert_int_equal(group_number("consumers"), 1); /* its name holds an entry, so it stays */
    ms_consumer_free(runner.consumer);
}

static void *run_consumer(void *argument)
{
    struct runner *runner = argument;

    runner->result = ms_consumer_run(runner->consumer, count_entry, runner);
    return NULL;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How many connections wait on the server now. */
static int64_t blocked_clients(void)
{
    struct ms_reply *reply;
    const char *at;
    int64_t number;

    assert_int_equal(ms_commandf(admin, &reply, "INFO clients"), MS_OK);
    at = strstr(ms_value_text(ms_reply_value(reply), NULL), "blocked_clients:");
    assert_non_null(at);
    number = atoll(at + strlen("blocked_clients:"));
    ms_reply_free(reply);
    return number;
}

/* The read would wait 5 seconds (block_ms); a stop from another thread ends it at once. */
static void test_stop_cuts_a_waiting_read_short(void **state)
{
    struct runner runner = {.stop_at = -1};
    int64_t deadline_ms = now_ms() + 10000;
    int64_t stopped_ms;
    pthread_t thread;

    (void)state;
    add_entries(1);
    runner.consumer = consumer_to(server_port, NULL, 60000, 1);
    assert_int_equal(pthread_create(&thread, NULL, run_consumer, &runner), 0);
    while (blocked_clients() == 0)
        assert_true(now_ms() < deadline_ms);
    stopped_ms = now_ms();
    ms_consumer_stop(runner.consumer);
    pthread_join(thread, NULL);
    assert_true(now_ms() - stopped_ms < 3000);
    assert_int_equal(runner.result, MS_OK);
    assert_int_equal(runner.seen, 1);
    assert_int_equal(group_number("consumers"), 0);
    ms_consumer_free(runner.consumer);
}

static void test_options_that_make_no_sense_give_nothing(void **state)
{
    struct ms_producer_options producer;
    struct ms_consumer_options consumer;

    (void)state;
    ms_producer_options_init(&producer);
    assert_null(ms_producer_new(NULL, &producer));
    producer.stream = "s";
    producer.batch = MS_PRODUCER_BATCH_LIMIT + 1;
    assert_null(ms_producer_new(NULL, &producer));
    ms_consumer_options_init(&consumer);
    consumer.stream = "s";
    assert_null(ms_consumer_new(NULL, &consumer));
    consumer.group = "g";
    consumer.batch = 0;
    assert_null(ms_consumer_new(NULL, &consumer));
}

static int empty_server(void **state)
{
    struct ms_reply *reply;
    int rc = ms_commandf(admin, &reply, "FLUSHALL");

    (void)state;
    ms_reply_free(reply);
    return rc;
}

#define ON_EMPTY(test) cmocka_unit_test_setup(test, empty_server)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        ON_EMPTY(test_every_protocol_reads_a_map_the_same_way),
        ON_EMPTY(test_what_is_put_in_is_one_binary_safe_argument),
        ON_EMPTY(test_an_error_reply_is_told_and_kept),
        ON_EMPTY(test_a_long_pipeline_answers_in_order),
        ON_EMPTY(test_a_lost_answer_is_told_and_the_next_command_reconnects),
        ON_EMPTY(test_a_late_answer_is_never_taken_for_the_next_one),
        ON_EMPTY(test_nobody_listening_is_an_error_after_the_tries),
        ON_EMPTY(test_a_refused_login_is_not_tried_again),
        ON_EMPTY(test_a_transport_that_gives_byte_after_byte_works),
        ON_EMPTY(test_lost_answers_append_nothing_twice),
        ON_EMPTY(test_resending_the_unsure_loses_nothing),
        ON_EMPTY(test_a_refused_entry_is_told_and_the_others_go_on),
        ON_EMPTY(test_a_consumer_makes_the_group_and_acknowledges_in_batches),
        ON_EMPTY(test_no_entry_in_time_is_a_timeout),
        ON_EMPTY(test_what_a_dead_consumer_held_is_taken_over),
        ON_EMPTY(test_the_same_name_gets_its_own_entries_first),
        ON_EMPTY(test_a_lost_batch_is_asked_for_again),
        ON_EMPTY(test_a_group_that_went_away_is_made_again),
        ON_EMPTY(test_stop_finishes_what_was_received_and_keeps_what_is_not_done),
        ON_EMPTY(test_stop_cuts_a_waiting_read_short),
        ON_EMPTY(test_options_that_make_no_sense_give_nothing),
    };
    struct ms_options options;
    int failed;

    if (argc != 2 || (server_port = atoi(argv[1])) <= 0) {
        fprintf(stderr, "Usage: %s <port of a server that may be emptied>\n", argv[0]);
        return 2;
    }
    options = options_to(server_port);
    admin = ms_connection_new(&options);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ms_connection_free(admin);
    return failed;
}
