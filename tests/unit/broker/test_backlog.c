/* The newest bytes of the stream in memory: whoever holds a cursor reads exactly what was appended,
 * or is told that it has been dropped. */
#include "broker/replication/backlog.h"
#include "core/base/check.h"
#include "core/hash/random.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
    BLOCK = 64 * 1024
};

/* The byte that belongs at a position. */
static char byte_at(uint64_t position)
{
    return (char)(position * 31 + (position >> 9) * 7);
}

static void append_from(struct backlog *backlog, uint64_t position, size_t size, bool whole)
{
    char *bytes = malloc(size + 1);

    for (size_t i = 0; i < size; i++)
        bytes[i] = byte_at(position + i);
    if (whole)
        backlog_append_whole(backlog, span_of(bytes, size));
    else
        backlog_append(backlog, span_of(bytes, size));
    free(bytes);
}

/* Reads to the end; false if it was told that what comes next is gone. */
static bool read_all(struct backlog *backlog, struct backlog_cursor *cursor)
{
    struct span bytes;

    for (;;) {
        if (!backlog_peek(backlog, cursor, &bytes))
            return false;
        if (bytes.size == 0)
            return true;
        for (size_t i = 0; i < bytes.size; i++)
            CHECK(bytes.data[i] == byte_at(cursor->position + i)); /* in any thread */
        backlog_advance(cursor, bytes.size);
    }
}

static void test_a_cursor_gets_what_is_appended_behind_it(void **state)
{
    struct backlog *backlog = backlog_new(1000, 10 * BLOCK);
    struct backlog_cursor cursor = {0};

    (void)state;
    assert_true(backlog_seek(backlog, &cursor, 1000));
    assert_true(read_all(backlog, &cursor));
    assert_int_equal(cursor.position, 1000);
    append_from(backlog, 1000, 3 * BLOCK + 17, false);
    assert_true(read_all(backlog, &cursor));
    assert_int_equal(cursor.position, backlog_end(backlog));
    assert_int_equal(backlog_begin(backlog), 1000);
    backlog_leave(&cursor);
    backlog_free(backlog);
}

static void test_seek_finds_every_position_held_and_no_other(void **state)
{
    struct backlog *backlog = backlog_new(50, 2 * BLOCK);
    struct backlog_cursor cursor = {0};

    (void)state;
    append_from(backlog, 50, 7 * BLOCK + 5, false);
    assert_true(backlog_begin(backlog) > 50);
    assert_true(backlog_end(backlog) - backlog_begin(backlog) >= 2 * BLOCK);
    assert_false(backlog_seek(backlog, &cursor, backlog_begin(backlog) - 1));
    assert_int_equal(cursor.position, backlog_begin(backlog) - 1);
    assert_false(backlog_seek(backlog, &cursor, backlog_end(backlog) + 1));
    for (uint64_t at = backlog_begin(backlog); at <= backlog_end(backlog); at += 4099) {
        assert_true(backlog_seek(backlog, &cursor, at));
        assert_true(read_all(backlog, &cursor));
    }
    assert_true(backlog_seek(backlog, &cursor, backlog_end(backlog)));
    backlog_leave(&cursor);
    backlog_free(backlog);
}

static void test_memory_stays_near_the_limit(void **state)
{
    struct backlog *backlog = backlog_new(0, 4 * BLOCK);

    (void)state;
    for (uint64_t at = 0; at < 100 * BLOCK; at += 1000)
        append_from(backlog, at, 1000, false);
    assert_true(backlog_memory(backlog) < 7 * BLOCK);
    backlog_set_limit(backlog, BLOCK);
    append_from(backlog, backlog_end(backlog), 2 * BLOCK, false);
    assert_true(backlog_memory(backlog) < 4 * BLOCK);
    backlog_free(backlog);
}

static void test_a_block_that_is_being_read_stays_though_it_is_dropped(void **state)
{
    struct backlog *backlog = backlog_new(0, BLOCK);
    struct backlog_cursor cursor = {0};
    struct span bytes;

    (void)state;
    append_from(backlog, 0, 100, false);
    assert_true(backlog_seek(backlog, &cursor, 0));
    append_from(backlog, 100, 20 * BLOCK, false);
    assert_true(backlog_begin(backlog) > BLOCK);
    assert_true(backlog_peek(backlog, &cursor, &bytes));
    assert_int_equal(bytes.size, BLOCK);
    for (size_t i = 0; i < bytes.size; i++)
        assert_int_equal(bytes.data[i], byte_at(i));
    backlog_advance(&cursor, bytes.size);
    assert_false(backlog_peek(backlog, &cursor, &bytes));
    assert_int_equal(cursor.position, BLOCK);
    assert_null(cursor.block);
    backlog_free(backlog);
}

/* Nobody has to go on in the middle of a message, which is nowhere else. */
static void test_what_is_appended_whole_is_in_one_block(void **state)
{
    struct backlog *backlog = backlog_new(0, BLOCK);
    struct backlog_cursor cursor = {0};
    const size_t sizes[] = {10, BLOCK - 5, 3 * BLOCK, 1, BLOCK};
    uint64_t at = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct span bytes;

        append_from(backlog, at, sizes[i], true);
        assert_true(backlog_seek(backlog, &cursor, at));
        append_from(backlog, at + sizes[i], 5 * BLOCK, false);
        assert_true(backlog_peek(backlog, &cursor, &bytes));
        assert_true(bytes.size >= sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(bytes.data[k], byte_at(at + k));
        at += sizes[i] + 5 * BLOCK;
        assert_int_equal(backlog_end(backlog), at);
    }
    backlog_leave(&cursor);
    backlog_free(backlog);
}

static void test_a_cursor_may_be_left_when_the_backlog_is_gone(void **state)
{
    struct backlog *backlog = backlog_new(0, BLOCK);
    struct backlog_cursor cursor = {0};

    (void)state;
    append_from(backlog, 0, 10, false);
    assert_true(backlog_seek(backlog, &cursor, 5));
    backlog_free(backlog);
    backlog_free(NULL);
    backlog_leave(&cursor);
    backlog_leave(&cursor);
}

/* --- With threads: one appends, others read. */

struct shared {
    struct backlog *backlog;
    atomic_bool ended;
    atomic_uint served; /* readers that have read something, or lost it */
    uint64_t seed;
};

struct reading {
    struct shared *shared;
    unsigned number;
    uint64_t bytes, lost;
};

static void *reader(void *argument)
{
    struct reading *self = argument;
    struct backlog *backlog = self->shared->backlog;
    struct backlog_cursor cursor = {0};
    struct random random;
    bool last = false, is_served = false;

    random_init(&random, self->shared->seed + self->number);
    while (!last) {
        uint64_t before;

        if (!is_served && (self->bytes > 0 || self->lost > 0)) {
            atomic_fetch_add(&self->shared->served, 1);
            is_served = true;
        }
        last = atomic_load(&self->shared->ended);
        if (!cursor.block &&
            !backlog_seek(backlog, &cursor,
                          self->number % 2 ? backlog_begin(backlog) : backlog_end(backlog))) {
            self->lost++; /* it went on meanwhile */
            continue;
        }
        before = cursor.position;
        if (!read_all(backlog, &cursor))
            self->lost++;
        self->bytes += cursor.position - before;
        if (random_next(&random) % 64 == 0)
            backlog_leave(&cursor);
    }
    backlog_leave(&cursor);
    return NULL;
}

static void test_readers_beside_who_appends_get_the_right_bytes(void **state)
{
    enum {
        READERS = 3
    };
    struct shared shared = {.backlog = backlog_new(0, 3 * BLOCK), .seed = (uint64_t)time(NULL)};
    struct reading readings[READERS];
    pthread_t threads[READERS];
    struct random random;
    uint64_t at = 0;

    (void)state;
    printf("seed %llu\n", (unsigned long long)shared.seed);
    random_init(&random, shared.seed);
    for (unsigned i = 0; i < READERS; i++) {
        readings[i] = (struct reading){.shared = &shared, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, reader, &readings[i]), 0);
    }
    while (at < 300 * BLOCK || atomic_load(&shared.served) < READERS) {
        uint64_t dice = random_next(&random);
        size_t size = 1 + (size_t)(dice % (dice % 16 == 0 ? 3 * BLOCK : 2000));

        append_from(shared.backlog, at, size, dice >> 60 == 0);
        at += size;
    }
    atomic_store(&shared.ended, true);
    for (unsigned i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(backlog_end(shared.backlog), at);
    backlog_free(shared.backlog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cursor_gets_what_is_appended_behind_it),
        cmocka_unit_test(test_seek_finds_every_position_held_and_no_other),
        cmocka_unit_test(test_memory_stays_near_the_limit),
        cmocka_unit_test(test_a_block_that_is_being_read_stays_though_it_is_dropped),
        cmocka_unit_test(test_what_is_appended_whole_is_in_one_block),
        cmocka_unit_test(test_a_cursor_may_be_left_when_the_backlog_is_gone),
        cmocka_unit_test(test_readers_beside_who_appends_get_the_right_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
