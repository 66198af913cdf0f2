/* The sorted array of integers: its bytes, its widths, a random comparison with an array of flags,
 * and bytes from outside. MS_TEST_SEED repeats a random run. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/packed/intset.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_bytes(const struct intset *set, const char *bytes, size_t size)
{
    struct span span = intset_span(set);

    assert_int_equal(span.size, size);
    assert_memory_equal(span.data, bytes, size);
}

static void test_the_bytes_are_those_of_redis(void **state)
{
    struct intset *set = intset_new();

    (void)state;
    assert_bytes(set, "\x02\0\0\0\0\0\0\0", 8);
    assert_true(intset_add(&set, 5));
    assert_true(intset_add(&set, -2));
    assert_bytes(set, "\x02\0\0\0\x02\0\0\0\xfe\xff\x05\0", 12);
    assert_true(intset_add(&set, 0x12345678));
    assert_bytes(set, "\x04\0\0\0\x03\0\0\0\xfe\xff\xff\xff\x05\0\0\0\x78\x56\x34\x12", 20);
    intset_free(set);
}

static void test_the_widest_integer_decides_the_width_for_good(void **state)
{
    static const int64_t edges[] = {0,         INT16_MAX,     INT16_MIN, (int64_t)INT16_MAX + 1,
                                    INT32_MIN, INT32_MAX,     INT64_MIN, (int64_t)INT32_MAX + 1,
                                    INT64_MAX, INT16_MIN - 1, 1};
    static const char widths[] = {2, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8};
    struct intset *set = intset_new();

    (void)state;
    for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
        assert_true(intset_add(&set, edges[i]));
        assert_false(intset_add(&set, edges[i]));
        assert_int_equal(intset_span(set).data[0], widths[i]);
        for (size_t j = 0; j <= i; j++)
            assert_true(intset_find(set, edges[j], NULL));
    }
    for (size_t i = 1; i < intset_count(set); i++)
        assert_true(intset_get(set, i - 1) < intset_get(set, i));
    assert_int_equal(intset_get(set, 0), INT64_MIN);
    assert_true(intset_remove(&set, INT64_MIN));
    assert_false(intset_remove(&set, INT64_MIN));
    assert_int_equal(intset_span(set).data[0], 8);
    intset_free(set);
}

static void test_it_behaves_as_flags_do(void **state)
{
    enum {
        VALUES = 700
    };
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    struct intset *set = intset_new(), *copy;
    bool in[VALUES] = {false};
    size_t count = 0, before = mem_used() - intset_memory(set);
    struct random random;

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int i = 0; i < 40000; i++) {
        size_t at = random_below(&random, VALUES), place;
        /* now and then all widths */
        int64_t value = ((int64_t)at - VALUES / 2) * (i < 20000 ? 1 : 0x100000001);

        if (i == 20000) {
            intset_free(set);
            set = intset_new();
            for (count = VALUES; count > 0; count--)
                in[count - 1] = false;
        }
        if (random_below(&random, 1000) < (uint64_t)(500 + 300 * (i / 2000 % 2))) {
            assert_int_equal(intset_add(&set, value), !in[at]);
            count += !in[at];
            in[at] = true;
        } else {
            assert_int_equal(intset_remove(&set, value), in[at]);
            count -= in[at];
            in[at] = false;
        }
        assert_int_equal(intset_count(set), count);
        assert_int_equal(intset_find(set, value, &place), in[at]);
        assert_true(!in[at] || intset_get(set, place) == value);
    }
    copy = intset_copy(set);
    assert_bytes(copy, intset_span(set).data, intset_span(set).size);
    intset_free(copy);
    assert_int_equal(mem_used(), before + intset_memory(set));
    intset_free(set);
}

static void test_several_are_removed_at_once(void **state)
{
    static const size_t chosen[] = {0, 3, 4, 9};
    struct intset *set = intset_new();
    static const int64_t rest[] = {1, 2, 5, 6, 7, 8};

    (void)state;
    for (int64_t i = 0; i < 10; i++)
        intset_add(&set, i);
    intset_remove_at(&set, chosen, 0);
    assert_int_equal(intset_count(set), 10);
    intset_remove_at(&set, chosen, 4);
    assert_int_equal(intset_count(set), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(intset_get(set, i), rest[i]);
    intset_free(set);
}

static void test_foreign_bytes_are_checked(void **state)
{
    static const struct span bad[] = {
        {"", 0},
        {"\x02\0\0\0\0\0\0", 7},                              /* too short */
        {"\x03\0\0\0\x01\0\0\0\x01\0\0", 11},                 /* no such width */
        {"\0\0\0\0\x01\0\0\0", 8},                            /* nor this */
        {"\x02\0\0\0\x02\0\0\0\x01\0", 10},                   /* fewer than it says */
        {"\x02\0\0\0\x01\0\0\0\x01\0\x02\0", 12},             /* more than it says */
        {"\x02\0\0\0\x02\0\0\0\x02\0\x01\0", 12},             /* out of order */
        {"\x02\0\0\0\x02\0\0\0\x01\0\x01\0", 12},             /* twice */
        {"\x08\0\0\0\xff\xff\xff\xff\x01\0\0\0\0\0\0\0", 16}, /* a size beyond everything */
        {"\x02\0\0\0\x02\0\0\0\x01\0\xff\xff", 12},           /* 1, -1 */
    };
    struct intset *set;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(intset_load(bad[i], &set), ERR_DAMAGED);
    assert_int_equal(
        intset_load(span_of("\x04\0\0\0\x02\0\0\0\xff\xff\xff\xff\x05\0\0\0", 16), &set), 0);
    assert_int_equal(intset_count(set), 2);
    assert_int_equal(intset_get(set, 0), -1);
    assert_int_equal(intset_get(set, 1), 5);
    intset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes_are_those_of_redis),
        cmocka_unit_test(test_the_widest_integer_decides_the_width_for_good),
        cmocka_unit_test(test_it_behaves_as_flags_do),
        cmocka_unit_test(test_several_are_removed_at_once),
        cmocka_unit_test(test_foreign_bytes_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
