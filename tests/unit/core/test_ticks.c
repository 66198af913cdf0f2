/* Time by the processor's counter: it agrees with the system's clock, whatever the machine has. */
#include "core/time/clock.h"
#include "core/time/ticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum {
    TURN_NS = 5 * 1000 * 1000,
    TURNS = 60, /* so that the rate is measured several times */
};

/* Readings of the other clock lie between two of the system's, give or take what a wrong rate makes
 * of the time since the last sync. */
static void assert_agrees(const struct ticks *ticks, uint64_t synced_ns)
{
    uint64_t before = clock_monotonic_ns(), now = ticks_now(ticks), after = clock_monotonic_ns();
    uint64_t slack = (after - synced_ns) / 100 + 2000;

    assert_in_range(now, before - slack, after + slack);
}

static void test_it_agrees_with_the_system_between_syncs(void **state)
{
    struct ticks ticks = {0};

    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        uint64_t synced_ns = ticks_sync(&ticks);

        while (clock_monotonic_ns() < synced_ns + TURN_NS)
            assert_agrees(&ticks, synced_ns);
    }
    print_message("the counter is %s\n", ticks.scale ? "used" : "not used");
}

static void test_before_the_rate_is_known_the_system_is_asked(void **state)
{
    struct ticks ticks = {0};
    uint64_t before = ticks_sync(&ticks), now;

    (void)state;
    assert_int_equal(ticks.scale, 0);
    now = ticks_now(&ticks);
    assert_in_range(now, before, clock_monotonic_ns());
}

static void test_it_never_goes_behind_the_last_sync(void **state)
{
    struct ticks ticks = {0};

    (void)state;
    for (int turn = 0; turn < 100000; turn++) {
        uint64_t synced_ns = ticks_sync(&ticks);

        assert_true(ticks_now(&ticks) >= synced_ns);
    }
    ticks.scale = 1;
    ticks.base = UINT64_MAX; /* another processor's counter is behind */
    assert_int_equal(ticks_now(&ticks), ticks.base_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_agrees_with_the_system_between_syncs),
        cmocka_unit_test(test_before_the_rate_is_known_the_system_is_asked),
        cmocka_unit_test(test_it_never_goes_behind_the_last_sync),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
