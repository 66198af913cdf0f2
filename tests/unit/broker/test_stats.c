/* Errors are counted by their first word. */
#include "broker/reactor/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void count(struct reactor_stats *stats, const char *reply)
{
    stats_count_error(stats, reply, strlen(reply));
}

static void test_errors_are_counted_by_code(void **state)
{
    struct reactor_stats stats = {0};

    (void)state;
    count(&stats, "-ERR one\r\n");
    count(&stats, "-WRONGTYPE two\r\n");
    count(&stats, "-ERR three\r\n");
    count(&stats, "*1\r\n-BUSY inside\r\n");
    assert_int_equal(stats.error_replies, 4);
    assert_int_equal(stats.error_codes, 2);
    assert_string_equal(stats.errors[0].code, "ERR");
    assert_int_equal(stats.errors[0].count, 3);
    assert_int_equal(stats.errors[1].count, 1);
}

static void test_codes_are_bounded_in_length_and_number(void **state)
{
    struct reactor_stats stats = {0};
    char reply[256];

    (void)state;
    memset(reply, 'A', sizeof(reply));
    reply[0] = '-';
    stats_count_error(&stats, reply, sizeof(reply));
    assert_int_equal(strlen(stats.errors[0].code), STATS_ERROR_CODE_SIZE - 1);
    for (int i = 0; i < 2 * STATS_ERROR_CODES; i++) {
        snprintf(reply, sizeof(reply), "-CODE%d x\r\n", i);
        count(&stats, reply);
    }
    assert_int_equal(stats.error_codes, STATS_ERROR_CODES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_are_counted_by_code),
        cmocka_unit_test(test_codes_are_bounded_in_length_and_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
