/* The rules of a stream that a random model does not state by name: which nodes approximate
 * trimming takes, what references do, and how much memory entries cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "streams/stream.h"

static struct settings settings;

static struct stream_id id_of(uint64_t ms)
{
    return (struct stream_id){.ms = ms};
}

static void append(struct stream *stream, uint64_t ms)
{
    struct span fields[] = {SPAN("f"), SPAN("v")};

    stream_append(stream, &settings, id_of(ms), 2, fields);
}

/* Entries 1-0 ... count-0 in nodes of 100. */
static struct stream *filled(uint64_t count)
{
    struct stream *stream;

    settings_init(&settings);
    settings.stream_node_max_bytes = 0;
    stream = stream_new(&settings);
    for (uint64_t ms = 1; ms <= count; ms++)
        append(stream, ms);
    return stream;
}

static uint64_t trim_length(struct stream *stream, uint64_t length, bool approximate,
                            uint64_t limit)
{
    struct stream_trim trim = {.strategy = STREAM_TRIM_MAXLEN,
                               .max_length = length,
                               .approximate = approximate,
                               .limit = limit};

    return stream_trim(stream, &trim);
}

static uint64_t trim_id(struct stream *stream, uint64_t ms, bool approximate,
                        enum stream_reference_mode references)
{
    struct stream_trim trim = {.strategy = STREAM_TRIM_MINID,
                               .min_id = id_of(ms),
                               .approximate = approximate,
                               .references = references};

    return stream_trim(stream, &trim);
}

/* --- Life of an entry. */

static void test_a_new_stream_is_all_zero(void **state)
{
    struct stream *stream = filled(0);
    struct stream_id id;

    (void)state;
    assert_int_equal(stream_length(stream), 0);
    assert_int_equal(stream_entries_added(stream), 0);
    assert_true(stream_id_is_zero(stream_last_id(stream)));
    assert_true(stream_id_is_zero(stream_first_id(stream)));
    assert_false(stream_last_entry_id(stream, &id));
    assert_false(stream_has_above(stream, STREAM_ID_MIN));
    assert_int_equal(stream_count_upto(stream, STREAM_ID_MAX), 0);
    assert_int_equal(stream_node_count(stream), 1);
    assert_int_equal(trim_length(stream, 0, false, 0), 0);
    stream_free(stream);
}

static void test_deleting_everything_keeps_ids_and_counters(void **state)
{
    struct stream *stream = filled(250);
    struct stream_id id;

    (void)state;
    for (uint64_t ms = 1; ms <= 250; ms++)
        assert_true(stream_delete(stream, id_of(ms)));
    assert_int_equal(stream_length(stream), 0);
    assert_int_equal(stream_last_id(stream).ms, 250);
    assert_int_equal(stream_max_deleted_id(stream).ms, 250);
    assert_int_equal(stream_entries_added(stream), 250);
    assert_true(stream_id_is_zero(stream_first_id(stream)));
    assert_false(stream_last_entry_id(stream, &id));
    assert_int_equal(stream_block_count(stream), 0);
    append(stream, 251);
    assert_int_equal(stream_first_id(stream).ms, 251);
    stream_free(stream);
}

static void test_deleting_the_newest_finds_the_one_before(void **state)
{
    struct stream *stream = filled(201);
    struct stream_id id;

    (void)state;
    for (uint64_t ms = 201; ms > 150; ms--) {
        assert_true(stream_delete(stream, id_of(ms)));
        assert_true(stream_last_entry_id(stream, &id));
        assert_int_equal(id.ms, ms - 1);
    }
    assert_int_equal(stream_last_id(stream).ms, 201);
    stream_free(stream);
}

static void test_max_deleted_id_never_goes_down_by_deleting(void **state)
{
    struct stream *stream = filled(10);

    (void)state;
    assert_true(stream_delete(stream, id_of(7)));
    assert_true(stream_delete(stream, id_of(3)));
    assert_false(stream_delete(stream, id_of(9999)));
    assert_int_equal(stream_max_deleted_id(stream).ms, 7);
    stream_free(stream);
}

static void test_deleted_entries_still_fill_their_node(void **state)
{
    struct stream *stream = filled(99);

    (void)state;
    for (uint64_t ms = 2; ms <= 99; ms++)
        stream_delete(stream, id_of(ms));
    append(stream, 100);
    assert_int_equal(stream_block_count(stream), 1);
    append(stream, 101);
    assert_int_equal(stream_block_count(stream), 2);
    stream_free(stream);
}

static void test_count_upto_is_a_rank(void **state)
{
    struct stream *stream = filled(1000);

    (void)state;
    for (uint64_t ms = 10; ms <= 1000; ms += 10)
        stream_delete(stream, id_of(ms));
    for (uint64_t ms = 0; ms <= 1001; ms++) {
        uint64_t upto = ms > 1000 ? 1000 : ms;

        assert_int_equal(stream_count_upto(stream, id_of(ms)), upto - upto / 10);
    }
    stream_free(stream);
}

static void test_set_id_leaves_what_is_not_given(void **state)
{
    struct stream *stream = filled(3);

    (void)state;
    stream_delete(stream, id_of(2));
    stream_set_id(stream, id_of(50), UINT64_MAX, STREAM_ID_MIN);
    assert_int_equal(stream_last_id(stream).ms, 50);
    assert_int_equal(stream_entries_added(stream), 3);
    assert_int_equal(stream_max_deleted_id(stream).ms, 2);
    stream_set_id(stream, id_of(60), 9, id_of(55));
    assert_int_equal(stream_entries_added(stream), 9);
    assert_int_equal(stream_max_deleted_id(stream).ms, 55);
    stream_free(stream);
}

/* What was deleted at the end is not in the way of what comes when XSETID goes back behind it. */
static void test_what_is_appended_behind_an_id_that_went_back_is_found(void **state)
{
    struct stream *stream = filled(10);

    (void)state;
    for (uint64_t ms = 6; ms <= 10; ms++)
        stream_delete(stream, id_of(ms));
    stream_set_id(stream, id_of(5), UINT64_MAX, id_of(5));
    append(stream, 6);
    append(stream, 8);
    assert_int_equal(stream_block_count(stream), 1);
    assert_int_equal(stream_count_upto(stream, id_of(5)), 5);
    assert_int_equal(stream_count_upto(stream, id_of(7)), 6);
    assert_int_equal(stream_count_upto(stream, id_of(100)), 7);
    assert_true(stream_delete(stream, id_of(8)) && stream_delete(stream, id_of(6)));
    assert_false(stream_delete(stream, id_of(9)));
    stream_free(stream);
}

/* The same with a last block that was sealed before what followed it went. */
static void test_a_sealed_block_is_not_in_the_way_either(void **state)
{
    struct stream *stream = filled(101);

    (void)state;
    assert_int_equal(stream_block_count(stream), 2);
    for (uint64_t ms = 91; ms <= 101; ms++)
        stream_delete(stream, id_of(ms));
    assert_int_equal(stream_block_count(stream), 1);
    stream_set_id(stream, id_of(90), UINT64_MAX, id_of(90));
    append(stream, 92);
    for (uint64_t ms = 92; ms <= 101; ms++)
        assert_int_equal(stream_count_upto(stream, id_of(ms)), 91);
    assert_int_equal(stream_count_upto(stream, id_of(91)), 90);
    assert_true(stream_delete(stream, id_of(92)));
    stream_free(stream);
}

/* --- Trimming. */

static void test_exact_trimming_reaches_the_length(void **state)
{
    struct stream *stream = filled(1000);

    (void)state;
    assert_int_equal(trim_length(stream, 1000, false, 0), 0);
    assert_int_equal(trim_length(stream, 555, false, 0), 445);
    assert_int_equal(stream_length(stream), 555);
    assert_int_equal(stream_first_id(stream).ms, 446);
    assert_true(stream_id_is_zero(stream_max_deleted_id(stream)));
    assert_int_equal(trim_length(stream, 0, false, 0), 555);
    assert_int_equal(stream_last_id(stream).ms, 1000);
    stream_free(stream);
}

/* The example of the specification: 1000 entries, nodes of 100, MAXLEN ~ 555. */
static void test_approximate_trimming_takes_whole_nodes(void **state)
{
    struct stream *stream = filled(1000);

    (void)state;
    assert_int_equal(trim_length(stream, 555, true, 99), 0);
    assert_int_equal(trim_length(stream, 555, true, 150), 100);
    assert_int_equal(stream_length(stream), 900);
    assert_int_equal(trim_length(stream, 555, true, 0), 300);
    assert_int_equal(stream_length(stream), 600);
    assert_int_equal(trim_length(stream, 555, true, 0), 0);
    stream_free(stream);
}

static void test_approximate_trimming_counts_live_entries_of_a_node(void **state)
{
    struct stream *stream = filled(300);

    (void)state;
    for (uint64_t ms = 1; ms <= 40; ms++)
        stream_delete(stream, id_of(ms));
    assert_int_equal(trim_length(stream, 200, true, 60), 60);
    assert_int_equal(stream_length(stream), 200);
    stream_free(stream);
}

static void test_approximate_minid_keeps_the_node_of_the_id(void **state)
{
    struct stream *stream = filled(1000);

    (void)state;
    assert_int_equal(trim_id(stream, 200, true, STREAM_KEEPREF), 100);
    assert_int_equal(trim_id(stream, 201, true, STREAM_KEEPREF), 100);
    assert_int_equal(stream_first_id(stream).ms, 201);
    stream_free(stream);
}

/* The node's last id stays after its entry is deleted: it is "stored in it". */
static void test_approximate_minid_looks_at_the_last_id_stored(void **state)
{
    struct stream *stream = filled(200);

    (void)state;
    stream_delete(stream, id_of(100));
    assert_int_equal(trim_id(stream, 100, true, STREAM_KEEPREF), 0);
    assert_int_equal(trim_id(stream, 101, true, STREAM_KEEPREF), 99);
    stream_free(stream);
}

static void test_exact_minid_goes_up_to_the_id(void **state)
{
    struct stream *stream = filled(1000);

    (void)state;
    assert_int_equal(trim_id(stream, 777, false, STREAM_KEEPREF), 776);
    assert_int_equal(stream_first_id(stream).ms, 777);
    assert_int_equal(trim_id(stream, 5000, false, STREAM_KEEPREF), 224);
    assert_int_equal(stream_length(stream), 0);
    assert_int_equal(stream_last_id(stream).ms, 1000);
    stream_free(stream);
}

/* --- References. */

struct groups { /* every id that divides by `every` is referenced, until dropped */
    uint64_t every;
    size_t dropped, copies;
};

static bool is_referenced(const void *groups, struct stream_id id)
{
    return id.ms % ((const struct groups *)groups)->every == 0;
}

static size_t drop_references(void *groups, struct stream_id id)
{
    bool held = is_referenced(groups, id);

    ((struct groups *)groups)->dropped += held;
    return held;
}

static size_t count_groups(const void *groups)
{
    (void)groups;
    return 1;
}

static void *copy_groups(const void *groups)
{
    ((struct groups *)groups)->copies++;
    return (void *)groups;
}

static void free_groups(void *groups)
{
    ((struct groups *)groups)->copies--;
}

static const struct stream_group_ops ops = {.free = free_groups,
                                            .copy = copy_groups,
                                            .count = count_groups,
                                            .is_referenced = is_referenced,
                                            .drop_references = drop_references};

static void test_acked_trimming_skips_what_is_referenced(void **state)
{
    struct stream *stream = filled(1000);
    struct groups groups = {.every = 10, .copies = 1};
    struct stream_trim trim = {
        .strategy = STREAM_TRIM_MAXLEN, .max_length = 900, .references = STREAM_ACKED};

    (void)state;
    stream_set_groups(stream, &groups, &ops);
    assert_int_equal(stream_group_count(stream), 1);
    assert_int_equal(stream_trim(stream, &trim), 100);
    assert_int_equal(stream_first_id(stream).ms, 10);
    assert_true(stream_has(stream, id_of(110)));
    assert_false(stream_has(stream, id_of(111)));
    assert_true(stream_has(stream, id_of(112)));
    trim.max_length = 0;
    assert_int_equal(stream_trim(stream, &trim), 800);
    assert_int_equal(stream_length(stream), 100); /* more than asked for */
    assert_int_equal(groups.dropped, 0);
    assert_int_equal(stream_trim(stream, &trim), 0);
    stream_free(stream);
    assert_int_equal(groups.copies, 0);
}

static void test_delref_trimming_drops_references(void **state)
{
    struct stream *stream = filled(1000);
    struct groups groups = {.every = 10, .copies = 1};

    (void)state;
    stream_set_groups(stream, &groups, &ops);
    assert_int_equal(trim_id(stream, 501, false, STREAM_DELREF), 500);
    assert_int_equal(groups.dropped, 50);
    stream_free(stream);
}

static void test_keepref_trimming_drops_none(void **state)
{
    struct stream *stream = filled(100);
    struct groups groups = {.every = 1, .copies = 1};

    (void)state;
    stream_set_groups(stream, &groups, &ops);
    assert_int_equal(trim_id(stream, 50, false, STREAM_KEEPREF), 49);
    assert_int_equal(groups.dropped, 0);
    stream_free(stream);
}

/* With DELREF and ACKED "~" does not stop at nodes, but its LIMIT still counts them. */
static void test_limit_is_tested_for_each_node_with_references(void **state)
{
    struct stream *stream = filled(1000);
    struct groups groups = {.every = 10, .copies = 1};
    struct stream_trim trim = {.strategy = STREAM_TRIM_MAXLEN,
                               .max_length = 555,
                               .approximate = true,
                               .limit = 99,
                               .references = STREAM_DELREF};

    (void)state;
    stream_set_groups(stream, &groups, &ops);
    assert_int_equal(stream_trim(stream, &trim), 0);
    trim.limit = 150;
    assert_int_equal(stream_trim(stream, &trim), 100);
    trim.limit = 0;
    assert_int_equal(stream_trim(stream, &trim), 345);
    assert_int_equal(stream_length(stream), 555);
    stream_free(stream);
}

static void test_without_groups_acked_removes_everything(void **state)
{
    struct stream *stream = filled(300);

    (void)state;
    assert_int_equal(trim_id(stream, 1000, false, STREAM_ACKED), 300);
    stream_free(stream);
}

static void test_deleting_by_reference_gives_the_codes(void **state)
{
    struct stream *stream = filled(100);
    struct groups groups = {.every = 10, .copies = 1};

    (void)state;
    stream_set_groups(stream, &groups, &ops);
    assert_int_equal(stream_delete_referenced(stream, id_of(10), STREAM_ACKED), 2);
    assert_int_equal(stream_delete_referenced(stream, id_of(11), STREAM_ACKED), 1);
    assert_int_equal(stream_delete_referenced(stream, id_of(11), STREAM_ACKED), -1);
    assert_int_equal(stream_delete_referenced(stream, id_of(500), STREAM_ACKED), 2);
    assert_int_equal(stream_delete_referenced(stream, id_of(10), STREAM_KEEPREF), 1);
    assert_int_equal(groups.dropped, 0);
    assert_int_equal(stream_delete_referenced(stream, id_of(20), STREAM_DELREF), 1);
    assert_int_equal(stream_delete_referenced(stream, id_of(600), STREAM_DELREF), -1);
    assert_int_equal(groups.dropped, 2);
    stream_free(stream);
}

static void test_a_copy_takes_the_groups_along(void **state)
{
    struct stream *stream = filled(250);
    struct groups groups = {.every = 10, .copies = 1};
    struct stream *copy;

    (void)state;
    stream_set_groups(stream, &groups, &ops);
    copy = stream_copy(stream);
    assert_int_equal(groups.copies, 2);
    stream_delete(stream, id_of(200));
    assert_true(stream_has(copy, id_of(200)));
    stream_free(stream);
    append(copy, 251);
    assert_int_equal(stream_length(copy), 251);
    stream_free(copy);
    assert_int_equal(groups.copies, 0);
}

/* --- Memory. Counted in what the allocator hands out, so it means something only without
 * sanitizers; there it is still printed. */

static void append_bytes(struct stream *stream, uint64_t ms, size_t size)
{
    static char value[4096];
    struct span fields[] = {SPAN("f"), span_of(value, size - 1)};

    stream_append(stream, &settings, id_of(ms), 2, fields);
}

static void test_a_small_stream_is_small(void **state)
{
    enum {
        STREAMS = 1000
    };
    struct stream *streams[STREAMS];
    size_t before, each;

    (void)state;
    settings_init(&settings);
    before = mem_used();
    for (int i = 0; i < STREAMS; i++) {
        streams[i] = stream_new(&settings);
        for (uint64_t ms = 1; ms <= 10; ms++)
            append_bytes(streams[i], 1700000000000 + ms, 100);
    }
    each = (mem_used() - before) / STREAMS;
    print_message("10 entries of 100 bytes: %zu bytes a stream\n", each);
    assert_int_equal(stream_memory(streams[0], 0), each);
#ifdef MS_JEMALLOC
    assert_true(each < 2235);
#endif
    for (int i = 0; i < STREAMS; i++)
        stream_free(streams[i]);
    assert_int_equal(mem_used(), before);
}

static void test_a_big_stream_adds_little_to_its_entries(void **state)
{
    enum {
        ENTRIES = 200000
    };
    struct stream *stream;
    size_t before, used;

    (void)state;
    settings_init(&settings);
    before = mem_used();
    stream = stream_new(&settings);
    for (uint64_t ms = 1; ms <= ENTRIES; ms++)
        append_bytes(stream, 1700000000000 + ms, 100);
    used = mem_used() - before;
    print_message("entries of 100 bytes: %.1f bytes each\n", (double)used / ENTRIES);
    assert_int_equal(stream_memory(stream, 0), used);
#ifdef MS_JEMALLOC
    assert_true(used < (size_t)119 * ENTRIES);
#endif
    stream_free(stream);
    assert_int_equal(mem_used(), before);
}

/* Deleting nearly all of a big stream, one here and one there, gives the bytes back. */
static void test_scattered_deletion_gives_memory_back(void **state)
{
    struct stream *stream;
    size_t full, sparse;

    (void)state;
    settings_init(&settings);
    stream = stream_new(&settings);
    for (uint64_t ms = 1; ms <= 20000; ms++)
        append_bytes(stream, ms, 100);
    full = stream_memory(stream, 0);
    for (uint64_t ms = 1; ms <= 20000; ms++)
        if (ms % 10 != 0)
            stream_delete(stream, id_of(ms));
    sparse = stream_memory(stream, 0);
    print_message("memory %zu, after 9 of 10 deleted %zu\n", full, sparse);
    assert_true(sparse < full / 2);
    stream_free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_stream_is_all_zero),
        cmocka_unit_test(test_deleting_everything_keeps_ids_and_counters),
        cmocka_unit_test(test_deleting_the_newest_finds_the_one_before),
        cmocka_unit_test(test_max_deleted_id_never_goes_down_by_deleting),
        cmocka_unit_test(test_deleted_entries_still_fill_their_node),
        cmocka_unit_test(test_count_upto_is_a_rank),
        cmocka_unit_test(test_set_id_leaves_what_is_not_given),
        cmocka_unit_test(test_what_is_appended_behind_an_id_that_went_back_is_found),
        cmocka_unit_test(test_a_sealed_block_is_not_in_the_way_either),
        cmocka_unit_test(test_exact_trimming_reaches_the_length),
        cmocka_unit_test(test_approximate_trimming_takes_whole_nodes),
        cmocka_unit_test(test_approximate_trimming_counts_live_entries_of_a_node),
        cmocka_unit_test(test_approximate_minid_keeps_the_node_of_the_id),
        cmocka_unit_test(test_approximate_minid_looks_at_the_last_id_stored),
        cmocka_unit_test(test_exact_minid_goes_up_to_the_id),
        cmocka_unit_test(test_acked_trimming_skips_what_is_referenced),
        cmocka_unit_test(test_delref_trimming_drops_references),
        cmocka_unit_test(test_keepref_trimming_drops_none),
        cmocka_unit_test(test_limit_is_tested_for_each_node_with_references),
        cmocka_unit_test(test_without_groups_acked_removes_everything),
        cmocka_unit_test(test_deleting_by_reference_gives_the_codes),
        cmocka_unit_test(test_a_copy_takes_the_groups_along),
        cmocka_unit_test(test_a_small_stream_is_small),
        cmocka_unit_test(test_a_big_stream_adds_little_to_its_entries),
        cmocka_unit_test(test_scattered_deletion_gives_memory_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
