/* Idempotent producers: what is found, what is forgotten and when, and which pairs are alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "streams/idmp.h"
#include "streams/stream.h"

static struct settings settings;

static struct stream *start(int64_t duration_s, int64_t max_size)
{
    settings_init(&settings);
    settings.stream_idmp_duration = duration_s;
    settings.stream_idmp_maxsize = max_size;
    return stream_new(&settings);
}

static struct span text(const char *word)
{
    return span_of(word, strlen(word));
}

static void record(struct stream *stream, const char *pid, const char *iid, uint64_t ms)
{
    stream_idmp_record(stream, text(pid), text(iid), (struct stream_id){.ms = ms});
}

/* ms of the entry recorded, 0 if none is. */
static uint64_t find(const struct stream *stream, const char *pid, const char *iid)
{
    struct stream_id id = {0};

    return stream_idmp_find(stream, text(pid), text(iid), &id) ? id.ms : 0;
}

static struct stream_idmp_facts facts(const struct stream *stream)
{
    struct stream_idmp_facts known;

    stream_idmp_facts(stream, &known);
    return known;
}

static void test_a_new_stream_knows_nobody_and_has_the_settings_limits(void **state)
{
    struct stream *stream = start(77, 33);

    (void)state;
    assert_null(stream_idmp(stream));
    assert_int_equal(find(stream, "p", "i"), 0);
    assert_int_equal(facts(stream).duration_s, 77);
    assert_int_equal(facts(stream).max_size, 33);
    assert_int_equal(facts(stream).pids, 0);
    assert_int_equal(facts(stream).iids, 0);
    stream_idmp_expire(stream, INT64_MAX);
    stream_free(stream);
}

static void test_a_pair_is_found_for_its_producer_only(void **state)
{
    struct stream *stream = start(100, 100);

    (void)state;
    record(stream, "p", "i", 1);
    record(stream, "q", "i", 2);
    record(stream, "p", "j", 3);
    assert_int_equal(find(stream, "p", "i"), 1);
    assert_int_equal(find(stream, "q", "i"), 2);
    assert_int_equal(find(stream, "p", "j"), 3);
    assert_int_equal(find(stream, "q", "j"), 0);
    assert_int_equal(find(stream, "P", "i"), 0);
    assert_int_equal(facts(stream).pids, 2);
    assert_int_equal(facts(stream).iids, 3);
    assert_int_equal(facts(stream).added, 3);
    stream_free(stream);
}

static void test_beyond_the_maximum_the_producers_oldest_goes(void **state)
{
    struct stream *stream = start(100, 3);
    char iid[24];

    (void)state;
    record(stream, "other", "x", 1);
    for (uint64_t ms = 1; ms <= 10; ms++) {
        snprintf(iid, sizeof(iid), "i%d", (int)ms);
        record(stream, "p", iid, ms);
    }
    assert_int_equal(find(stream, "p", "i7"), 0);
    assert_int_equal(find(stream, "p", "i8"), 8);
    assert_int_equal(find(stream, "p", "i10"), 10);
    assert_int_equal(find(stream, "other", "x"), 1);
    assert_int_equal(facts(stream).iids, 4);
    assert_int_equal(facts(stream).added, 11);
    stream_free(stream);
}

/* Gone when ms <= now - duration, to the millisecond. */
static void test_what_is_older_than_the_duration_expires(void **state)
{
    struct stream *stream = start(10, 100);

    (void)state;
    record(stream, "p", "old", 1000);
    record(stream, "p", "new", 1001);
    record(stream, "q", "old", 1000);
    stream_idmp_expire(stream, 10999);
    assert_int_equal(facts(stream).iids, 3);
    stream_idmp_expire(stream, 11000);
    assert_int_equal(find(stream, "p", "old"), 0);
    assert_int_equal(find(stream, "p", "new"), 1001);
    assert_int_equal(facts(stream).pids, 1);
    assert_int_equal(facts(stream).iids, 1);
    stream_idmp_expire(stream, 11001);
    assert_int_equal(facts(stream).pids, 0);
    assert_null(stream_idmp(stream));
    assert_int_equal(facts(stream).added, 3);
    record(stream, "p", "old", 2000);
    assert_int_equal(find(stream, "p", "old"), 2000);
    stream_free(stream);
}

static void test_before_one_duration_has_passed_nothing_expires(void **state)
{
    struct stream *stream = start(10, 100);

    (void)state;
    record(stream, "p", "i", 0);
    stream_idmp_expire(stream, 9999);
    assert_int_equal(facts(stream).iids, 1);
    stream_free(stream);
}

static void test_many_producers_expire_together(void **state)
{
    struct stream *stream = start(10, 100);
    char pid[24];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(pid, sizeof(pid), "producer %d", i);
        record(stream, pid, "i", i % 2 ? 1000 : 50000);
    }
    stream_idmp_expire(stream, 20000);
    assert_int_equal(facts(stream).pids, 500);
    stream_idmp_expire(stream, 90000);
    assert_int_equal(facts(stream).pids, 0);
    stream_free(stream);
}

static void test_forgetting_a_pair_takes_what_the_producer_had_before_it(void **state)
{
    struct stream *stream = start(100, 100);

    (void)state;
    record(stream, "p", "a", 1);
    record(stream, "p", "b", 2);
    record(stream, "p", "c", 3);
    record(stream, "q", "a", 4);
    stream_idmp_forget_upto(stream, text("p"), text("nothing"));
    stream_idmp_forget_upto(stream, text("nobody"), text("a"));
    assert_int_equal(facts(stream).iids, 4);
    stream_idmp_forget_upto(stream, text("p"), text("b"));
    assert_int_equal(find(stream, "p", "a"), 0);
    assert_int_equal(find(stream, "p", "b"), 0);
    assert_int_equal(find(stream, "p", "c"), 3);
    assert_int_equal(find(stream, "q", "a"), 4);
    stream_idmp_forget_upto(stream, text("p"), text("c"));
    record(stream, "p", "c", 9);
    assert_int_equal(find(stream, "p", "c"), 9);
    stream_free(stream);
}

static void test_new_limits_empty_the_map_and_equal_ones_do_not(void **state)
{
    struct stream *stream = start(100, 100);

    (void)state;
    record(stream, "p", "i", 1);
    stream_idmp_count_duplicate(stream);
    assert_false(stream_idmp_configure(stream, 100, 100));
    assert_int_equal(find(stream, "p", "i"), 1);
    assert_true(stream_idmp_configure(stream, 100, 99));
    assert_int_equal(find(stream, "p", "i"), 0);
    assert_int_equal(facts(stream).max_size, 99);
    assert_int_equal(facts(stream).added, 1);
    assert_int_equal(facts(stream).duplicates, 1);
    assert_true(stream_idmp_configure(stream, 101, 99));
    assert_int_equal(facts(stream).duration_s, 101);
    stream_free(stream);
}

/* The copy keeps the order too: the same one goes first. */
static void test_a_copy_knows_the_same_in_the_same_order(void **state)
{
    struct stream *stream = start(100, 3), *copy;

    (void)state;
    record(stream, "p", "c", 1);
    record(stream, "p", "a", 2);
    record(stream, "p", "b", 3);
    copy = stream_copy(stream);
    stream_free(stream);
    record(copy, "p", "d", 4);
    assert_int_equal(find(copy, "p", "c"), 0);
    assert_int_equal(find(copy, "p", "a"), 2);
    assert_int_equal(facts(copy).iids, 3);
    stream_free(copy);
}

static void test_memory_is_counted_and_given_back(void **state)
{
    size_t before = mem_used();
    struct stream *stream = start(100, 10000);
    char iid[24];

    (void)state;
    for (int i = 0; i < 3000; i++) {
        snprintf(iid, sizeof(iid), "%d", i);
        record(stream, i % 2 ? "p" : "q", iid, 1);
    }
    assert_int_equal(stream_memory(stream, 0), mem_used() - before);
    stream_free(stream);
    assert_int_equal(mem_used(), before);
}

/* --- The iid of IDMPAUTO. */

static bool alike(size_t count_a, const struct span *a, size_t count_b, const struct span *b)
{
    unsigned char hash_a[IDMP_HASH_SIZE], hash_b[IDMP_HASH_SIZE];

    stream_idmp_hash(count_a, a, hash_a);
    stream_idmp_hash(count_b, b, hash_b);
    return memcmp(hash_a, hash_b, IDMP_HASH_SIZE) == 0;
}

static void test_the_order_of_pairs_does_not_matter(void **state)
{
    struct span a[] = {SPAN("a"), SPAN("1"), SPAN("b"), SPAN("2"), SPAN("a"), SPAN("3")};
    struct span b[] = {SPAN("b"), SPAN("2"), SPAN("a"), SPAN("3"), SPAN("a"), SPAN("1")};

    (void)state;
    assert_true(alike(6, a, 6, b));
}

static void test_other_contents_make_another_iid(void **state)
{
    struct span base[] = {SPAN("ab"), SPAN("c"), SPAN("x"), SPAN("y")};
    struct span moved[] = {SPAN("a"), SPAN("bc"), SPAN("x"), SPAN("y")};
    struct span crossed[] = {SPAN("ab"), SPAN("y"), SPAN("x"), SPAN("c")};
    struct span turned[] = {SPAN("c"), SPAN("ab"), SPAN("x"), SPAN("y")};
    struct span twice[] = {SPAN("ab"), SPAN("c"), SPAN("ab"), SPAN("c")};
    struct span empty[] = {SPAN(""), SPAN("abc"), SPAN("x"), SPAN("y")};

    (void)state;
    assert_true(alike(4, base, 4, base));
    assert_false(alike(4, base, 4, moved));
    assert_false(alike(4, base, 4, crossed));
    assert_false(alike(4, base, 4, turned));
    assert_false(alike(4, base, 4, empty));
    assert_false(alike(4, base, 2, base));
    assert_false(alike(4, twice, 2, base));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_stream_knows_nobody_and_has_the_settings_limits),
        cmocka_unit_test(test_a_pair_is_found_for_its_producer_only),
        cmocka_unit_test(test_beyond_the_maximum_the_producers_oldest_goes),
        cmocka_unit_test(test_what_is_older_than_the_duration_expires),
        cmocka_unit_test(test_before_one_duration_has_passed_nothing_expires),
        cmocka_unit_test(test_many_producers_expire_together),
        cmocka_unit_test(test_forgetting_a_pair_takes_what_the_producer_had_before_it),
        cmocka_unit_test(test_new_limits_empty_the_map_and_equal_ones_do_not),
        cmocka_unit_test(test_a_copy_knows_the_same_in_the_same_order),
        cmocka_unit_test(test_memory_is_counted_and_given_back),
        cmocka_unit_test(test_the_order_of_pairs_does_not_matter),
        cmocka_unit_test(test_other_contents_make_another_iid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
