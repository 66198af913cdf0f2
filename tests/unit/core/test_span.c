/* Borrowed bytes: comparison is binary-safe, and case only matters where it is said to. */
#include "core/bytes/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static void test_a_literal_becomes_a_span_without_its_terminator(void **state)
{
    struct span span = SPAN("a\0b");
    char text[16];

    (void)state;
    assert_int_equal(span.size, 3);
    assert_int_equal(span_text("abc").size, 3);
    snprintf(text, sizeof(text), "%.*s", SPAN_ARGS(span_of("hello", 4)));
    assert_string_equal(text, "hell");
}

static void test_equal_compares_every_byte(void **state)
{
    (void)state;
    assert_true(span_equal(SPAN("a\0b"), SPAN("a\0b")));
    assert_false(span_equal(SPAN("a\0b"), SPAN("a\0c")));
    assert_false(span_equal(SPAN("ab"), SPAN("abc")));
    assert_false(span_equal(SPAN("ab"), SPAN("AB")));
    assert_true(span_equal(span_of(NULL, 0), SPAN("")));
}

static void test_is_ignores_ascii_case_and_nothing_else(void **state)
{
    (void)state;
    assert_true(span_is(SPAN("MaxLen"), "maxlen"));
    assert_true(span_is(SPAN("maxlen"), "MAXLEN"));
    assert_false(span_is(SPAN("maxle"), "maxlen"));
    assert_false(span_is(SPAN("maxlen"), "maxle"));
    assert_false(span_is(SPAN("max\0"), "max"));
    assert_true(span_is(span_of(NULL, 0), ""));
    assert_false(span_is(SPAN(""), "a"));
    /* '@' and '`', '[' and '{' differ by the case bit but are no letters */
    assert_false(span_is(SPAN("@"), "`"));
    assert_false(span_is(SPAN("["), "{"));
    assert_false(span_is(SPAN("1"), "\x11"));
    assert_true(span_is(SPAN("~"), "~"));
}

static void test_compare_orders_by_bytes_then_by_size(void **state)
{
    (void)state;
    assert_true(span_compare(SPAN("a"), SPAN("b")) < 0);
    assert_true(span_compare(SPAN("b"), SPAN("a")) > 0);
    assert_true(span_compare(SPAN("a"), SPAN("aa")) < 0);
    assert_true(span_compare(SPAN("aa"), SPAN("a")) > 0);
    assert_true(span_compare(SPAN("b"), SPAN("aa")) > 0);
    assert_true(span_compare(SPAN("\xff"), SPAN("\x01")) > 0);
    assert_int_equal(span_compare(SPAN("x\0y"), SPAN("x\0y")), 0);
    assert_int_equal(span_compare(span_of(NULL, 0), SPAN("")), 0);
    assert_true(span_compare(span_of(NULL, 0), SPAN("a")) < 0);
}

static void test_equal_nocase_wants_the_same_size(void **state)
{
    (void)state;
    assert_true(span_equal_nocase(SPAN("Get"), SPAN("gET")));
    assert_false(span_equal_nocase(SPAN("Get"), SPAN("gETs")));
    assert_false(span_equal_nocase(SPAN("Get"), SPAN("Set")));
    assert_false(span_equal_nocase(SPAN("a\0b"), SPAN("a\0c")));
    assert_true(span_equal_nocase(SPAN("a\0B"), SPAN("A\0b")));
    assert_false(span_equal_nocase(SPAN("["), SPAN("{")));
    assert_true(span_equal_nocase(span_of(NULL, 0), SPAN("")));
}

static void test_secrets_are_equal_byte_by_byte(void **state)
{
    (void)state;
    assert_true(span_equal_secret(SPAN("pass"), SPAN("pass")));
    assert_false(span_equal_secret(SPAN("pass"), SPAN("pasS")));
    assert_false(span_equal_secret(SPAN("pass"), SPAN("passs")));
    assert_true(span_equal_secret(SPAN(""), span_of(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_literal_becomes_a_span_without_its_terminator),
        cmocka_unit_test(test_equal_compares_every_byte),
        cmocka_unit_test(test_is_ignores_ascii_case_and_nothing_else),
        cmocka_unit_test(test_compare_orders_by_bytes_then_by_size),
        cmocka_unit_test(test_equal_nocase_wants_the_same_size),
        cmocka_unit_test(test_secrets_are_equal_byte_by_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
