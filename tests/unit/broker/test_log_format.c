/* A line of the log as text and as JSON, whatever the message. */
#include "broker/server/log_format.h"
#include "broker/server/system_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <cmocka.h>

enum { /* <syslog.h> has macros of our names */
    LEVEL_DEBUG = 0,
    LEVEL_NOTICE = 2,
    LEVEL_WARNING = 3
};

static const char *line_of(enum config_log_format format, const struct log_stamp *stamp,
                           const char *message)
{
    static char line[LOG_LINE_LIMIT + 1];
    size_t size = log_format_line(line, format, stamp, message);

    assert_true(size <= LOG_LINE_LIMIT);
    assert_int_equal(line[size - 1], '\n');
    assert_null(memchr(line, '\n', size - 1));
    line[size - 1] = '\0';
    return line;
}

static const struct log_stamp plain = {.time_ms = 1795244905123,
                                       .pid = 4711,
                                       .role = 'M',
                                       .level = (enum config_log_level)LEVEL_NOTICE};

static void test_text_has_pid_role_local_time_and_mark(void **state)
{
    struct log_stamp stamp = plain;

    (void)state;
    assert_string_equal(line_of(LOG_FORMAT_TEXT, &stamp, "Server initialized"),
                        "4711:M 21 Nov 2026 07:08:25.123 * Server initialized");
    stamp.utc_offset_s = -8 * 3600;
    stamp.role = 'C';
    stamp.level = (enum config_log_level)LEVEL_WARNING;
    assert_string_equal(line_of(LOG_FORMAT_TEXT, &stamp, "x"),
                        "4711:C 20 Nov 2026 23:08:25.123 # x");
}

static void test_json_has_the_time_in_utc(void **state)
{
    struct log_stamp stamp = plain;

    (void)state;
    stamp.utc_offset_s = 3600;
    assert_string_equal(line_of(LOG_FORMAT_JSON, &stamp, "Server initialized"),
                        "{\"time\":\"2026-11-21T07:08:25.123Z\",\"level\":\"notice\",\"pid\":4711,"
                        "\"message\":\"Server initialized\"}");
    stamp.role = 'C';
    stamp.level = (enum config_log_level)LEVEL_DEBUG;
    assert_string_equal(line_of(LOG_FORMAT_JSON, &stamp, ""),
                        "{\"time\":\"2026-11-21T07:08:25.123Z\",\"level\":\"debug\",\"pid\":4711,"
                        "\"role\":\"child\",\"message\":\"\"}");
}

static const char *message_of(const char *message)
{
    const char *line = line_of(LOG_FORMAT_JSON, &plain, message);

    return strstr(line, "\"message\":");
}

static void test_json_escapes_what_a_string_may_not_hold(void **state)
{
    (void)state;
    assert_string_equal(message_of("a\"b\\c"), "\"message\":\"a\\\"b\\\\c\"}");
    assert_string_equal(message_of("a\nb\rc\td\x01\x7f"),
                        "\"message\":\"a\\nb\\rc\\td\\u0001\\u007f\"}");
    assert_string_equal(message_of("\",\"level\":\"x"),
                        "\"message\":\"\\\",\\\"level\\\":\\\"x\"}");
}

static void test_json_keeps_utf8_and_replaces_what_is_none(void **state)
{
    (void)state;
    assert_string_equal(message_of("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
                        "\"message\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}");
    assert_string_equal(message_of("\xff"), "\"message\":\"\\ufffd\"}");
    assert_string_equal(message_of("\xc3"), "\"message\":\"\\ufffd\"}"); /* ends too early */
    assert_string_equal(message_of("\xc0\xaf"), "\"message\":\"\\ufffd\\ufffd\"}"); /* overlong */
    assert_string_equal(message_of("\xed\xa0\x80"), /* a surrogate */
                        "\"message\":\"\\ufffd\\ufffd\\ufffd\"}");
    assert_string_equal(message_of("\xf4\x90\x80\x80"), /* beyond the last character */
                        "\"message\":\"\\ufffd\\ufffd\\ufffd\\ufffd\"}");
    assert_string_equal(message_of("\xe2\x82x"), "\"message\":\"\\ufffd\\ufffdx\"}");
}

static void test_a_message_is_always_one_line(void **state)
{
    (void)state;
    assert_non_null(strstr(line_of(LOG_FORMAT_TEXT, &plain, "a\r\nb\x1b[0m"), "* a  b [0m"));
}

static void test_the_longest_message_fits(void **state)
{
    char message[2 * LOG_TEXT_LIMIT];

    (void)state;
    memset(message, 1, sizeof(message)); /* six bytes each */
    message[sizeof(message) - 1] = '\0';
    assert_true(strlen(line_of(LOG_FORMAT_JSON, &plain, message)) > 6 * LOG_TEXT_LIMIT);
    memset(message, 0xff, sizeof(message) - 1);
    assert_true(strlen(line_of(LOG_FORMAT_JSON, &plain, message)) > 6 * LOG_TEXT_LIMIT);
    assert_true(strlen(line_of(LOG_FORMAT_TEXT, &plain, message)) < LOG_TEXT_LIMIT + 64);
}

/* Against the C library, every 11 days and some over 400 years. */
static void test_dates_are_those_of_the_calendar(void **state)
{
    (void)state;
    for (int64_t at = 0; at < INT64_C(400) * 366 * 86400; at += 11 * 86400 + 12345) {
        struct log_stamp stamp = {.time_ms = at * 1000, .pid = 1, .role = 'M'};
        time_t seconds = (time_t)at;
        char expected[64];
        struct tm utc;

        gmtime_r(&seconds, &utc);
        strftime(expected, sizeof(expected), "{\"time\":\"%Y-%m-%dT%H:%M:%S.000Z\"", &utc);
        assert_memory_equal(line_of(LOG_FORMAT_JSON, &stamp, ""), expected, strlen(expected));
    }
}

static void test_levels_and_facilities_have_their_numbers_in_syslog(void **state)
{
    (void)state;
    assert_int_equal(system_log_priority(0), LOG_DEBUG);
    assert_int_equal(system_log_priority(1), LOG_INFO);
    assert_int_equal(system_log_priority(2), LOG_NOTICE);
    assert_int_equal(system_log_priority(3), LOG_WARNING);
    assert_int_equal(system_log_facility(0), LOG_USER);
    assert_int_equal(system_log_facility(1), LOG_LOCAL0);
    assert_int_equal(system_log_facility(8), LOG_LOCAL7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_has_pid_role_local_time_and_mark),
        cmocka_unit_test(test_json_has_the_time_in_utc),
        cmocka_unit_test(test_json_escapes_what_a_string_may_not_hold),
        cmocka_unit_test(test_json_keeps_utf8_and_replaces_what_is_none),
        cmocka_unit_test(test_a_message_is_always_one_line),
        cmocka_unit_test(test_the_longest_message_fits),
        cmocka_unit_test(test_dates_are_those_of_the_calendar),
        cmocka_unit_test(test_levels_and_facilities_have_their_numbers_in_syslog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
