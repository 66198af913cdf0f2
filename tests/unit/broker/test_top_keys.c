/* Space-Saving: what hotkeys.h promises, against exact counts. */
#include "broker/observe/hotkeys.h"
#include "core/hash/key_hash.h"
#include "core/hash/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_few_keys_are_counted_exactly_and_in_order(void **state)
{
    struct top_keys *keys = top_keys_new(4);
    struct top_key list[4];

    (void)state;
    top_keys_add(keys, span_text("b"), 2);
    top_keys_add(keys, span_text("a"), 5);
    top_keys_add(keys, span_text("b"), 3);
    top_keys_add(keys, span_text(""), 1);
    assert_int_equal(top_keys_list(keys, list, 4), 3);
    assert_true(span_equal(list[0].name, span_text("a")));
    assert_int_equal(list[0].weight, 5);
    assert_true(span_equal(list[1].name, span_text("b")));
    assert_int_equal(list[1].weight, 5);
    assert_int_equal(list[2].weight, 1);
    assert_int_equal(top_keys_list(keys, list, 1), 1);
    top_keys_free(keys);
}

static void test_a_new_key_takes_over_the_smallest(void **state)
{
    struct top_keys *keys = top_keys_new(2);
    struct top_key list[2];

    (void)state;
    top_keys_add(keys, span_text("a"), 10);
    top_keys_add(keys, span_text("b"), 3);
    top_keys_add(keys, span_text("c"), 4);
    assert_int_equal(top_keys_list(keys, list, 2), 2);
    assert_true(span_equal(list[1].name, span_text("c")));
    assert_int_equal(list[1].weight, 7);
    top_keys_free(keys);
}

enum {
    NAMES = 500,
    COUNTERS = 40,
    STEPS = 20000
};

/* No figure is too small, none too large by more than total / counters, and nobody above that share
 * is missing. */
static void test_the_error_is_bounded_whatever_comes(void **state)
{
    uint64_t seed = (uint64_t)time(NULL), exact[NAMES] = {0}, total = 0;
    struct top_keys *keys = top_keys_new(COUNTERS);
    struct top_key list[COUNTERS];
    struct random random;
    bool listed[NAMES] = {false};
    size_t count;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int i = 0; i < STEPS; i++) {
        uint64_t name = random_below(&random, random_below(&random, NAMES) + 1);
        uint64_t weight = random_below(&random, 100);
        char text[16];

        snprintf(text, sizeof(text), "%llu", (unsigned long long)name);
        top_keys_add(keys, span_text(text), weight);
        exact[name] += weight;
        total += weight;
    }
    count = top_keys_list(keys, list, COUNTERS);
    assert_int_equal(count, COUNTERS);
    for (size_t i = 0; i < count; i++) {
        unsigned long name = 0;

        for (size_t at = 0; at < list[i].name.size; at++)
            name = name * 10 + (unsigned long)(list[i].name.data[at] - '0');
        listed[name] = true;
        assert_true(list[i].weight >= exact[name]);
        assert_true(list[i].weight <= exact[name] + total / COUNTERS);
        assert_true(i == 0 || list[i - 1].weight >= list[i].weight);
    }
    for (int name = 0; name < NAMES; name++)
        assert_true(listed[name] || exact[name] <= total / COUNTERS);
    top_keys_free(keys);
}

static int seed_hash(void **state)
{
    unsigned char seed[16] = {1};

    (void)state;
    key_hash_seed(seed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_keys_are_counted_exactly_and_in_order),
        cmocka_unit_test(test_a_new_key_takes_over_the_smallest),
        cmocka_unit_test(test_the_error_is_bounded_whatever_comes),
    };

    return cmocka_run_group_tests(tests, seed_hash, NULL);
}
