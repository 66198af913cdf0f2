/* Lists of CPUs. The setting is the process's own, so each rule begins where the last one stopped.
 */
#include "core/base/cpus.h"
#include "core/base/error.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void test_without_lists_nothing_moves(void **state)
{
    cpu_set_t before, after;

    (void)state;
    assert_int_equal(cpus_set(CPUS_SERVER, "", NULL), 0);
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(cpus_count(CPUS_SERVER), CPU_COUNT(&before));
    assert_int_equal(cpus_take(CPUS_BACKGROUND, NULL), 0);
    assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

static void test_what_is_no_list_is_refused(void **state)
{
    static const char *const lists[] = {
        "x",    "0,",   ",0",  "0-",   "-1",          "0-1:",   "0-1:0", "1-0", "0 1",
        "0,,1", "0-1x", "0:2", "1024", "99999999999", "0-1024", "0-1:x", " 0",  "+1"};

    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct diag diag = {0};

        assert_true(cpus_set(CPUS_SERVER, lists[i], &diag) < 0);
        assert_true(diag.text[0]);
    }
    test_without_lists_nothing_moves(state);
}

static void test_a_thread_takes_what_its_use_was_given_and_others_what_there_was(void **state)
{
    cpu_set_t start, now;
    char list[64];
    int first = 0;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(start), &start), 0);
    while (!CPU_ISSET(first, &start))
        first++;
    snprintf(list, sizeof(list), "%d,%d-%d:2", first, first, first + 1);
    assert_int_equal(cpus_set(CPUS_SERVER, list, NULL), 0);
    assert_int_equal(cpus_count(CPUS_SERVER), 1);
    assert_int_equal(cpus_count(CPUS_SAVE), CPU_COUNT(&start));
    assert_int_equal(cpus_take(CPUS_SERVER, NULL), 0);
    assert_int_equal(sched_getaffinity(0, sizeof(now), &now), 0);
    assert_int_equal(CPU_COUNT(&now), 1);
    assert_true(CPU_ISSET(first, &now));
    assert_int_equal(cpus_take(CPUS_BACKGROUND, NULL), 0);
    assert_int_equal(sched_getaffinity(0, sizeof(now), &now), 0);
    assert_true(CPU_EQUAL(&start, &now));
}

static void test_cpus_that_are_not_there_are_an_error_and_count_as_one(void **state)
{
    struct diag diag = {0};

    (void)state;
    assert_int_equal(cpus_set(CPUS_REWRITE, "1023", NULL), 0);
    assert_int_equal(cpus_count(CPUS_REWRITE), 1);
    assert_int_equal(cpus_take(CPUS_REWRITE, &diag), ERR_IO);
    assert_true(diag.text[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_lists_nothing_moves),
        cmocka_unit_test(test_what_is_no_list_is_refused),
        cmocka_unit_test(test_a_thread_takes_what_its_use_was_given_and_others_what_there_was),
        cmocka_unit_test(test_cpus_that_are_not_there_are_an_error_and_count_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
