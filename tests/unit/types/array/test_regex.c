/* Regular expressions: what matches, and that every limit is kept. Beside the array, which is what
 * they are there for. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/text/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int match(const char *pattern, struct span text, bool nocase)
{
    char reason[REGEX_REASON_SIZE];
    struct regex *regex;
    int rc = regex_new(span_text(pattern), nocase, &regex, reason);

    if (rc == 0) {
        rc = regex_match(regex, text);
        regex_free(regex);
    }
    return rc;
}

static void test_some_part_of_the_text_must_match(void **state)
{
    (void)state;
    assert_int_equal(match("b+", SPAN("abbc"), false), 1);
    assert_int_equal(match("^b", SPAN("abbc"), false), 0);
    assert_int_equal(match("B", SPAN("abbc"), false), 0);
    assert_int_equal(match("B", SPAN("abbc"), true), 1);
    assert_int_equal(match("(a)(b)(b)", SPAN("abbc"), false), 1);
    assert_int_equal(match("", SPAN(""), false), 1);
    assert_int_equal(match("^$", (struct span){0}, false), 1);
    assert_int_equal(match("[[:digit:]]{3}", SPAN("ab123"), false), 1);
}

static void test_text_is_bytes_and_newlines_are_nothing_special(void **state)
{
    (void)state;
    assert_int_equal(match("^a.b$", SPAN("a\nb"), false), 1);
    assert_int_equal(match("a$", SPAN("a\n"), false), 0);
    assert_int_equal(match("^a.b$", SPAN("a\0b"), false), 1);
    assert_int_equal(match("^.$", SPAN("\xc3\xa9"), false), 0);
    assert_int_equal(match("\\xff", SPAN("\xff\xfe"), false), 1);
}

static void test_pattern_beyond_a_limit_or_without_sense_is_refused(void **state)
{
    char deep[2 * (REGEX_NEST_LIMIT + 5) + 1], reason[REGEX_REASON_SIZE];
    static char text[REGEX_PATTERN_LIMIT + 2];
    struct regex *regex;

    (void)state;
    assert_int_equal(match("(", SPAN("x"), false), ERR_SYNTAX);
    assert_int_equal(match("[z-a]", SPAN("x"), false), ERR_SYNTAX);
    assert_int_equal(match("(*UTF)x", SPAN("x"), false), ERR_SYNTAX);
    memset(deep, '(', REGEX_NEST_LIMIT + 5);
    memset(deep + REGEX_NEST_LIMIT + 5, ')', REGEX_NEST_LIMIT + 5);
    assert_int_equal(regex_new(span_of(deep, sizeof(deep) - 1), false, &regex, reason), ERR_SYNTAX);
    memset(text, 'x', sizeof(text));
    assert_int_equal(regex_new(span_of(text, REGEX_PATTERN_LIMIT + 1), false, &regex, reason),
                     ERR_FULL);
    assert_null(regex);
    assert_int_equal(regex_new(span_of(text, REGEX_PATTERN_LIMIT), false, &regex, reason), 0);
    regex_free(regex);
}

static void test_match_that_takes_too_long_or_too_much_is_given_up(void **state)
{
    size_t size = 4 << 20;
    char *text = mem_alloc(size);

    (void)state;
    memset(text, 'a', size);
    text[64] = '!';
    assert_int_equal(match("^(a|aa)+$", span_of(text, 65), false), ERR_FULL);
    assert_int_equal(match("(*LIMIT_MATCH=4000000000)^(a|aa)+$", span_of(text, 65), false),
                     ERR_FULL); /* a pattern can only lower the limit */
    text[64] = 'a';
    assert_int_equal(match("^(a|b)*$", span_of(text, size), false), ERR_FULL);
    assert_int_equal(match("a.*b", span_of(text, size), false), 0); /* no b: known beforehand */
    assert_int_equal(match("^a*$", span_of(text, size), false), 1);
    mem_free(text);
}

static void test_memory_that_is_out_is_said(void **state)
{
    char reason[REGEX_REASON_SIZE];
    size_t before = mem_used();
    struct regex *regex;
    long n = 0;

    (void)state;
    do {
        mem_fail_after(++n);
        regex = NULL;
    } while (regex_new(SPAN("a(b|c)*d"), false, &regex, reason) < 0 && n < 50);
    mem_fail_after(0);
    assert_in_range(n, 3, 49);
    regex_free(regex);
    assert_int_equal(mem_used(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_some_part_of_the_text_must_match),
        cmocka_unit_test(test_text_is_bytes_and_newlines_are_nothing_special),
        cmocka_unit_test(test_pattern_beyond_a_limit_or_without_sense_is_refused),
        cmocka_unit_test(test_match_that_takes_too_long_or_too_much_is_given_up),
        cmocka_unit_test(test_memory_that_is_out_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
