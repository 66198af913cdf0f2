/* The latency histogram: percentiles within its precision, at fixed size. */
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/hist/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

static const double precision = 1. / 32;

/* `found` may be above `exact`, by the width of a bucket at most. */
static void assert_near(uint64_t found, uint64_t exact)
{
    assert_true(found >= exact);
    assert_true((double)found <= (double)exact * (1 + precision));
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void test_an_empty_one_says_zero(void **state)
{
    struct histogram *histogram = histogram_new();

    (void)state;
    assert_true(histogram_count(histogram) == 0 && histogram_max(histogram) == 0);
    assert_true(histogram_mean(histogram) == 0 && histogram_percentile(histogram, 99) == 0);
    histogram_free(histogram);
    histogram_free(NULL);
}

static void test_small_values_are_exact(void **state)
{
    struct histogram *histogram = histogram_new();

    (void)state;
    for (uint64_t value = 1; value <= 50; value++)
        histogram_add(histogram, value);
    for (unsigned percent = 2; percent <= 100; percent += 2)
        assert_int_equal(histogram_percentile(histogram, percent), percent / 2);
    assert_true(histogram_mean(histogram) == 25.5);
    histogram_free(histogram);
}

static void test_percentiles_are_right_within_a_bucket(void **state)
{
    enum {
        COUNT = 20001
    };
    static uint64_t values[COUNT];
    static const double percents[] = {0, 1, 10, 50, 90, 99, 99.9, 100};
    struct histogram *histogram = histogram_new();
    uint64_t seed = (uint64_t)time(NULL);
    struct random random;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int i = 0; i < COUNT; i++) {
        values[i] = random_next(&random) >> (23 + random_below(&random, 40));
        histogram_add(histogram, values[i]);
    }
    qsort(values, COUNT, sizeof(values[0]), compare);
    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        double rank = COUNT * percents[i] / 100;
        size_t at = (size_t)rank < rank || rank == 0 ? (size_t)rank : (size_t)rank - 1;

        assert_near(histogram_percentile(histogram, percents[i]), values[at]);
    }
    assert_true(histogram_percentile(histogram, 100) == values[COUNT - 1]);
    histogram_free(histogram);
}

/* Every power of two and its neighbours falls into a bucket that holds it. */
static void test_every_size_has_its_bucket(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < HISTOGRAM_MAX_BITS; bit++) {
        for (int delta = -1; delta <= 1; delta++) {
            uint64_t value = (UINT64_C(1) << bit) + (uint64_t)(int64_t)delta;
            struct histogram *histogram = histogram_new();

            if (value >> HISTOGRAM_MAX_BITS == 0) {
                histogram_add(histogram, value);
                histogram_add(histogram, UINT64_C(1) << (HISTOGRAM_MAX_BITS + 4));
                assert_near(histogram_percentile(histogram, 50), value);
            }
            histogram_free(histogram);
        }
    }
}

static void test_values_beyond_the_last_bucket_keep_their_maximum(void **state)
{
    struct histogram *histogram = histogram_new();

    (void)state;
    histogram_add(histogram, UINT64_MAX);
    assert_true(histogram_count(histogram) == 1);
    assert_true(histogram_max(histogram) == UINT64_MAX);
    assert_true(histogram_percentile(histogram, 50) >= (UINT64_C(1) << HISTOGRAM_MAX_BITS) - 1);
    histogram_free(histogram);
}

static void test_merging_is_as_if_all_had_been_added_to_one(void **state)
{
    struct histogram *a = histogram_new(), *b = histogram_new(), *both = histogram_new();

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        histogram_add(i % 3 ? a : b, i * i);
        histogram_add(both, i * i);
    }
    histogram_merge(a, b);
    assert_true(histogram_count(a) == 1000);
    assert_true(histogram_max(a) == histogram_max(both));
    assert_true(histogram_mean(a) == histogram_mean(both));
    for (int percent = 0; percent <= 100; percent++)
        assert_true(histogram_percentile(a, percent) == histogram_percentile(both, percent));
    histogram_reset(a);
    assert_true(histogram_count(a) == 0 && histogram_percentile(a, 50) == 0);
    histogram_free(a);
    histogram_free(b);
    histogram_free(both);
}

static void test_its_size_is_below_five_kibibytes(void **state)
{
    struct histogram *histogram = histogram_new();

    (void)state;
    assert_in_range(mem_size(histogram), 1, 5 * 1024);
    histogram_free(histogram);
}

static void test_counts_below_a_power_of_two_are_exact(void **state)
{
    struct histogram *histogram = histogram_new();

    (void)state;
    histogram_add(histogram, 0);
    histogram_add(histogram, 1023);
    histogram_add(histogram, 1024);
    histogram_add(histogram, 1 << 20);
    histogram_add(histogram, UINT64_MAX);
    assert_int_equal(histogram_count_below(histogram, 1), 1);
    assert_int_equal(histogram_count_below(histogram, 1024), 2);
    assert_int_equal(histogram_count_below(histogram, 2048), 3);
    assert_int_equal(histogram_count_below(histogram, 1 << 20), 3);
    assert_int_equal(histogram_count_below(histogram, 1 << 21), 4);
    assert_int_equal(histogram_count_below(histogram, UINT64_C(1) << HISTOGRAM_MAX_BITS), 5);
    histogram_free(histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_below_a_power_of_two_are_exact),
        cmocka_unit_test(test_an_empty_one_says_zero),
        cmocka_unit_test(test_small_values_are_exact),
        cmocka_unit_test(test_percentiles_are_right_within_a_bucket),
        cmocka_unit_test(test_every_size_has_its_bucket),
        cmocka_unit_test(test_values_beyond_the_last_bucket_keep_their_maximum),
        cmocka_unit_test(test_merging_is_as_if_all_had_been_added_to_one),
        cmocka_unit_test(test_its_size_is_below_five_kibibytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
