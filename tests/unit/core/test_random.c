/* The generator of chance: repeatable, and even enough for sampling. */
#include "core/hash/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_the_same_seed_gives_the_same_numbers(void **state)
{
    struct random a, b, other;
    int differ = 0;

    (void)state;
    random_init(&a, 42);
    random_init(&b, 42);
    random_init(&other, 43);
    for (int i = 0; i < 1000; i++) {
        uint64_t value = random_next(&a);

        assert_true(value == random_next(&b));
        differ += value != random_next(&other);
    }
    assert_true(differ > 990);
}

/* The state {1, 2, 3, 4} yields what the authors' reference program prints for it. */
static void test_it_is_xoshiro256_plus_plus(void **state)
{
    static const uint64_t wanted[] = {41943041, 58720359, 3588806011781223, 3591011842654386};
    struct random random = {.state = {1, 2, 3, 4}};

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_true(random_next(&random) == wanted[i]);
}

static void test_below_stays_below_and_reaches_everything(void **state)
{
    enum {
        BOUND = 10,
        DRAWS = 100000
    };
    int seen[BOUND] = {0};
    struct random random;

    (void)state;
    random_init(&random, 0);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t value = random_below(&random, BOUND);

        assert_true(value < BOUND);
        seen[value]++;
    }
    for (int i = 0; i < BOUND; i++)
        assert_in_range(seen[i], DRAWS / BOUND * 95 / 100, DRAWS / BOUND * 105 / 100);
    for (int i = 0; i < 100; i++)
        assert_true(random_below(&random, 1) == 0);
}

/* With a plain remainder the lower half of such a bound would come up twice as often. */
static void test_a_bound_near_the_top_is_not_skewed(void **state)
{
    uint64_t bound = UINT64_C(3) << 62;
    struct random random;
    int low = 0;

    (void)state;
    random_init(&random, 7);
    for (int i = 0; i < 30000; i++) {
        uint64_t value = random_below(&random, bound);

        assert_true(value < bound);
        low += value < bound / 3;
    }
    assert_in_range(low, 9500, 10500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_seed_gives_the_same_numbers),
        cmocka_unit_test(test_it_is_xoshiro256_plus_plus),
        cmocka_unit_test(test_below_stays_below_and_reaches_everything),
        cmocka_unit_test(test_a_bound_near_the_top_is_not_skewed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
