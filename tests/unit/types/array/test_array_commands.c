/* What the array commands leave behind: events, what is logged, errors that change nothing; and
 * replies that a transcript cannot show well. */
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/types/other_type.h"
#include "types/array/array_commands.h"
#include "types/generic/key_commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define RUN(line, expected) assert_string_equal(fake_line(fake, (line)), (expected))

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, array_read_commands);
    fake_add_commands(fake, array_write_commands);
    fake_add_commands(fake, array_search_commands);
    fake_add_commands(fake, key_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* The events of the last call, "new arset". */
static const char *events(void)
{
    static char text[256];
    size_t size = 0;

    text[0] = 0;
    for (size_t i = 0; i < fake->rq.effect_count; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s", i ? " " : "",
                                 fake->rq.effects[i].event);
    return text;
}

#define CHANGES(line, expected)                                                                    \
    do {                                                                                           \
        fake_line(fake, (line));                                                                   \
        assert_string_equal(events(), (expected));                                                 \
        assert_true(fake_is_dirty(fake) == (*(expected) != 0));                                    \
        assert_null(fake_rewrite(fake, 0)); /* logged as it is */                                  \
    } while (0)

static void test_events_name_the_command_and_a_new_or_deleted_key(void **state)
{
    (void)state;
    CHANGES("ARSET a 0 x y", "new arset");
    CHANGES("ARSET a 1 z", "arset");
    CHANGES("ARMSET a 9 x", "armset");
    CHANGES("ARINSERT b x", "new arinsert");
    CHANGES("ARINSERT b x", "arinsert");
    CHANGES("ARRING r 2 x", "new arring");
    CHANGES("ARSEEK b 7", "arseek");
    CHANGES("ARSEEK b 7", "");
    CHANGES("ARSEEK missing 7", "");
    CHANGES("ARDEL a 5", "");
    CHANGES("ARDEL missing 5", "");
    CHANGES("ARDEL a 0 0", "ardel");
    CHANGES("ARDELRANGE a 2 8", "");
    CHANGES("ARDELRANGE a 0 18446744073709551614", "ardelrange del");
    CHANGES("ARDEL r 0", "ardel del");
    RUN("EXISTS a r", "0");
}

static void test_reads_change_nothing(void **state)
{
    static const char *const lines[] = {
        "ARCOUNT a",     "ARLEN a",          "ARGET a 0",         "ARMGET a 0 1",
        "ARSCAN a 0 9",  "ARGETRANGE a 0 9", "ARNEXT a",          "ARLASTITEMS a 3",
        "ARINFO a FULL", "AROP a 0 9 SUM",   "ARGREP a - + RE x",
    };

    (void)state;
    fake_line(fake, "ARSET a 0 x 1");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        CHANGES(lines[i], "");
}

static void test_every_command_refuses_a_value_of_another_type(void **state)
{
    static const char *const lines[] = {
        "ARCOUNT o",         "ARLEN o",     "ARGET o 0",        "ARMGET o 0 1", "ARSCAN o 0 9",
        "ARGETRANGE o 0 9",  "ARNEXT o",    "ARLASTITEMS o 3",  "ARINFO o",     "AROP o 0 9 SUM",
        "ARGREP o - + RE x", "ARSET o 0 x", "ARMSET o 0 x",     "ARINSERT o x", "ARRING o 5 x",
        "ARSEEK o 0",        "ARDEL o 0",   "ARDELRANGE o 0 1",
    };

    (void)state;
    other_add(fake, "o");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        RUN(lines[i], "-WRONGTYPE Operation against a key holding the wrong kind of value");
}

static void test_arguments_are_checked_before_the_key(void **state)
{
    (void)state;
    other_add(fake, "o");
    RUN("ARGET o x", "-ERR invalid array index");
    RUN("ARSET o 18446744073709551615 v", "-ERR invalid array index");
    RUN("ARSET o 18446744073709551614 v w", "-ERR array index overflow");
    RUN("ARRING o 0 v", "-ERR size must be positive");
    RUN("ARGREP o - + RE (", "-ERR invalid regular expression: missing closing parenthesis");
}

static void test_failed_call_changes_nothing(void **state)
{
    (void)state;
    RUN("ARMSET a 0 x bad y", "-ERR invalid array index");
    RUN("ARMSET a 0 x 1", "-ERR wrong number of arguments for 'armset' command");
    RUN("EXISTS a", "0");
    RUN("ARSET a 0 x", "1");
    RUN("ARSEEK a 18446744073709551614", "1");
    RUN("ARINSERT a p q", "-ERR insert index overflow");
    RUN("ARCOUNT a", "1");
    RUN("ARDELRANGE a 0 5 7", "-ERR wrong number of arguments for 'ardelrange' command");
    RUN("ARDELRANGE a 0 5 x 9", "-ERR invalid array index");
    RUN("ARCOUNT a", "1");
}

static void test_indexes_beyond_63_bits_are_text_or_big_numbers(void **state)
{
    (void)state;
    RUN("ARSET a 9223372036854775806 x y", "2");
    RUN("ARLEN a", "\"9223372036854775808\"");
    RUN("ARSCAN a 9223372036854775807 9223372036854775806",
        "[[9223372036854775807 \"y\"] [9223372036854775806 \"x\"]]");
    fake->protocol = 3;
    fake_line(fake, "ARLEN a");
    assert_int_equal(fake->reply.size, 22);
    assert_memory_equal(fake->reply.data, "(9223372036854775808\r\n", 22);
}

static void test_range_reply_has_at_most_a_million_positions(void **state)
{
    (void)state;
    RUN("ARGETRANGE a 0 1000000", "-ERR range exceeds maximum of 1000000 items");
    RUN("ARGETRANGE a 18446744073709551614 0", "-ERR range exceeds maximum of 1000000 items");
    fake_line(fake, "ARGETRANGE a 0 999999");
    assert_int_equal(fake->reply.size, strlen("*1000000\r\n") + 1000000 * strlen("$-1\r\n"));
}

static void test_sums_are_exact_for_integers_and_shortest_for_fractions(void **state)
{
    (void)state;
    fake_line(fake, "ARSET a 0 9007199254740993 9007199254740993 1");
    RUN("AROP a 0 2 SUM", "\"18014398509481987\"");
    RUN("AROP a 0 2 MAX", "\"9007199254740993\"");
    fake_line(fake, "ARSET b 0 0.1 0.2 word");
    RUN("AROP b 0 9 SUM", "\"0.3\"");
    fake_line(fake, "ARSET c 0 9223372036854775807 9223372036854775807");
    RUN("AROP c 0 9 SUM", "\"18446744073709552000\"");
    fake_line(fake, "ARSET d 0 -1.9 1e3 inf 1e30");
    RUN("AROP d 0 0 OR", "-1");
    RUN("AROP d 0 9 XOR", "-1001"); /* -1 ^ 1000; the others do not fit */
    RUN("AROP d 0 9 MAX", "\"inf\"");
}

static void test_too_many_predicates_are_refused(void **state)
{
    struct span argv[4 + 2 * 251] = {SPAN("ARGREP"), SPAN("a"), SPAN("-"), SPAN("+")};

    (void)state;
    for (size_t i = 4; i < 4 + 2 * 251; i += 2) {
        argv[i] = SPAN("EXACT");
        argv[i + 1] = SPAN("x");
    }
    assert_string_equal(fake_run_spans(fake, 4 + 2 * 250, argv), "[]");
    assert_string_equal(fake_run_spans(fake, 4 + 2 * 251, argv),
                        "-ERR too many predicates, at most 250 are allowed");
}

static void test_expression_that_takes_for_ever_is_given_up(void **state)
{
    (void)state;
    fake_line(fake, "ARSET a 0 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
    RUN("ARGREP a - + RE \"^(a|aa)+$\" WITHVALUES", "-ERR regular expression takes too many steps");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_events_name_the_command_and_a_new_or_deleted_key),
        TEST(test_reads_change_nothing),
        TEST(test_every_command_refuses_a_value_of_another_type),
        TEST(test_arguments_are_checked_before_the_key),
        TEST(test_failed_call_changes_nothing),
        TEST(test_indexes_beyond_63_bits_are_text_or_big_numbers),
        TEST(test_range_reply_has_at_most_a_million_positions),
        TEST(test_sums_are_exact_for_integers_and_shortest_for_fractions),
        TEST(test_too_many_predicates_are_refused),
        TEST(test_expression_that_takes_for_ever_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
