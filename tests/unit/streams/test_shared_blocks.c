/* A copy of a stream shares its full blocks with the original until one of the two deletes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "streams/stream.h"
#include "streams/stream_internal.h"

enum {
    ENTRIES = 1000,
    NODE = 10
};

static struct settings settings;

static struct stream_id id_of(uint64_t ms)
{
    return (struct stream_id){.ms = ms};
}

/* Entries 1-0 to ENTRIES-0, NODE to a block. */
static struct stream *filled(void)
{
    struct span fields[] = {SPAN("field"), SPAN("a value of some size, twenty bytes and more")};
    struct stream *stream;

    settings_init(&settings);
    settings.stream_node_max_entries = NODE;
    stream = stream_new(&settings);
    for (uint64_t ms = 1; ms <= ENTRIES; ms++)
        stream_append(stream, &settings, id_of(ms), 2, fields);
    return stream;
}

static bool is_multiple(uint64_t ms, uint64_t of)
{
    return ms % of == 0;
}

/* Exactly the entries for which `ms` is no multiple of `without` are there. */
static void assert_all_but_multiples(const struct stream *stream, uint64_t without)
{
    struct stream_cursor cursor;

    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    for (uint64_t ms = 1; ms <= ENTRIES; ms++) {
        if (without && is_multiple(ms, without))
            continue;
        assert_true(stream_cursor_next(&cursor));
        assert_int_equal(cursor.id.ms, ms);
        assert_int_equal(stream_cursor_pairs(&cursor), 1);
    }
    assert_false(stream_cursor_next(&cursor));
}

static size_t delete_multiples(struct stream *stream, uint64_t of)
{
    size_t deleted = 0;

    for (uint64_t ms = of; ms <= ENTRIES; ms += of)
        deleted += stream_delete(stream, id_of(ms));
    return deleted;
}

static void test_a_copy_shares_every_block_but_the_tail(void **state)
{
    struct stream *stream = filled(), *copy = stream_copy(stream);
    struct radix_leaf a, b;

    (void)state;
    assert_ptr_not_equal(stream->tail, copy->tail);
    assert_true(radix_first(stream->tree, &a) && radix_first(copy->tree, &b));
    for (size_t i = radix_count(stream->tree); i; i--) {
        assert_ptr_equal(a.value, b.value);
        assert_true(block_is_shared(a.value));
        assert_int_equal(radix_next(stream->tree, a.key, &a), i > 1);
        assert_int_equal(radix_next(copy->tree, b.key, &b), i > 1);
    }
    stream_free(stream);
    assert_true(radix_first(copy->tree, &b));
    assert_false(block_is_shared(b.value));
    assert_all_but_multiples(copy, 0);
    stream_free(copy);
}

static void test_deleting_from_either_leaves_the_other(void **state)
{
    struct stream *stream = filled(), *copy = stream_copy(stream);

    (void)state;
    assert_int_equal(delete_multiples(copy, 3), ENTRIES / 3);
    assert_all_but_multiples(stream, 0);
    assert_all_but_multiples(copy, 3);
    assert_int_equal(delete_multiples(stream, 7), ENTRIES / 7);
    assert_all_but_multiples(stream, 7);
    assert_all_but_multiples(copy, 3);
    assert_int_equal(stream_count_upto(copy, id_of(ENTRIES)), ENTRIES - ENTRIES / 3);
    assert_int_equal(stream_count_upto(stream, id_of(ENTRIES)), ENTRIES - ENTRIES / 7);
    stream_free(copy);
    stream_free(stream);
}

/* All but every tenth goes, so each block is written anew while the original still holds it. */
static void test_compacting_a_shared_block_leaves_the_other(void **state)
{
    struct stream *stream = filled(), *copy = stream_copy(stream);

    (void)state;
    for (uint64_t ms = 1; ms <= ENTRIES; ms++)
        if (!is_multiple(ms, NODE))
            assert_true(stream_delete(copy, id_of(ms)));
    assert_int_equal(stream_length(copy), ENTRIES / NODE);
    for (uint64_t ms = 1; ms <= ENTRIES; ms++)
        assert_int_equal(stream_has(copy, id_of(ms)), is_multiple(ms, NODE));
    assert_all_but_multiples(stream, 0);
    stream_free(stream);
    stream_free(copy);
}

static void test_trimming_one_leaves_the_other(void **state)
{
    const struct stream_trim trim = {.strategy = STREAM_TRIM_MAXLEN, .max_length = 15};
    struct stream *stream = filled(), *copy = stream_copy(stream);

    (void)state;
    assert_int_equal(stream_trim(stream, &trim), ENTRIES - 15);
    assert_int_equal(stream_first_id(stream).ms, ENTRIES - 14);
    assert_all_but_multiples(copy, 0);
    assert_int_equal(stream_trim(copy, &trim), ENTRIES - 15);
    assert_int_equal(stream_first_id(copy).ms, ENTRIES - 14);
    stream_free(stream);
    stream_free(copy);
}

static void *delete_some(void *context)
{
    struct stream *stream = context;

    delete_multiples(stream, 3);
    stream_free(stream);
    return NULL;
}

/* Copies live under different shards' locks: each may be changed and freed by its own thread. */
static void test_copies_may_be_changed_by_different_threads(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct stream *stream = filled(), *copy = stream_copy(stream);
        pthread_t thread;

        assert_int_equal(pthread_create(&thread, NULL, delete_some, copy), 0);
        delete_multiples(stream, 2);
        assert_all_but_multiples(stream, 2);
        assert_int_equal(pthread_join(thread, NULL), 0);
        stream_free(stream);
    }
}

/* --- Trimming with ACKED is the one way in which the newest goes and older ones stay. */

static bool is_referenced(const void *groups, struct stream_id id)
{
    (void)groups;
    return is_multiple(id.ms, 4) && id.ms < ENTRIES;
}

static void free_nothing(void *groups)
{
    (void)groups;
}

static void test_acked_trimming_of_the_newest_finds_the_one_before(void **state)
{
    static const struct stream_group_ops ops = {.free = free_nothing,
                                                .is_referenced = is_referenced};
    const struct stream_trim trim = {
        .strategy = STREAM_TRIM_MINID, .min_id = STREAM_ID_MAX, .references = STREAM_ACKED};
    struct stream *stream = filled();
    struct stream_id last;
    int groups;

    (void)state;
    stream_set_groups(stream, &groups, &ops);
    assert_int_equal(stream_trim(stream, &trim), ENTRIES - ENTRIES / 4 + 1);
    assert_int_equal(stream_length(stream), ENTRIES / 4 - 1);
    assert_true(stream_last_entry_id(stream, &last));
    assert_int_equal(last.ms, ENTRIES - 4);
    assert_int_equal(stream_first_id(stream).ms, 4);
    assert_false(stream_has_above(stream, last));
    stream_free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copy_shares_every_block_but_the_tail),
        cmocka_unit_test(test_deleting_from_either_leaves_the_other),
        cmocka_unit_test(test_compacting_a_shared_block_leaves_the_other),
        cmocka_unit_test(test_trimming_one_leaves_the_other),
        cmocka_unit_test(test_copies_may_be_changed_by_different_threads),
        cmocka_unit_test(test_acked_trimming_of_the_newest_finds_the_one_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
