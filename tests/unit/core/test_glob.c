/* Patterns as KEYS, SCAN and CONFIG GET take them. The table's answers are those of Redis. */
#include "core/text/glob.h"
#include "core/time/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static bool matches(const char *pattern, const char *text)
{
    return glob_match(span_text(pattern), span_text(text), false);
}

static void test_literals_match_themselves(void **state)
{
    (void)state;
    assert_true(matches("", ""));
    assert_true(matches("abc", "abc"));
    assert_false(matches("abc", "ab"));
    assert_false(matches("abc", "abcd"));
    assert_false(matches("", "a"));
    assert_false(matches("abc", "ABC"));
}

static void test_a_star_matches_any_run(void **state)
{
    (void)state;
    assert_true(matches("*", ""));
    assert_true(matches("***", "abc"));
    assert_true(matches("a*", "a"));
    assert_true(matches("a*c", "abbbc"));
    assert_true(matches("a*b*c", "a.b.b.c"));
    assert_true(matches("*ab", "aaab"));
    assert_true(matches("*a*b", "xaxbxb"));
    assert_false(matches("a*c", "abbb"));
    assert_false(matches("*ab*cd", "abcx"));
}

static void test_a_question_mark_matches_one_byte(void **state)
{
    (void)state;
    assert_true(matches("a?c", "abc"));
    assert_true(matches("???", "a?*"));
    assert_false(matches("a?c", "ac"));
    assert_false(matches("?", ""));
    assert_true(matches("*?", "x"));
    assert_false(matches("?*?", "x"));
}

static void test_a_class_matches_one_of_its_bytes(void **state)
{
    (void)state;
    assert_true(matches("h[ae]llo", "hallo"));
    assert_false(matches("h[ae]llo", "hillo"));
    assert_true(matches("[a-c]", "b"));
    assert_false(matches("[a-c]", "d"));
    assert_true(matches("[c-a]", "b")); /* either way round */
    assert_true(matches("[^a-c]", "d"));
    assert_false(matches("[^a-c]", "a"));
    assert_true(matches("[-a]", "-"));
    assert_true(matches("[Z-]", "[")); /* a range up to the bracket, which then ends nothing */
    assert_false(matches("[Z-]", "-"));
    assert_true(matches("[a-cx-z]", "y"));
    assert_false(matches("[]", "a"));
    assert_true(matches("[^]", "a"));
}

static void test_a_class_without_its_end_ends_with_the_pattern(void **state)
{
    (void)state;
    assert_true(matches("[abc", "c"));
    assert_false(matches("[abc", "d"));
    assert_false(matches("[", "["));
    assert_true(matches("[a-", "-"));
    assert_false(matches("[abc", "cc"));
}

static void test_a_backslash_takes_the_meaning_away(void **state)
{
    (void)state;
    assert_true(matches("\\*", "*"));
    assert_false(matches("\\*", "a"));
    assert_true(matches("\\?\\[\\\\", "?[\\"));
    assert_true(matches("a\\", "a\\")); /* at the end it is itself */
    assert_true(matches("[\\]]", "]"));
    assert_true(matches("[\\^a]", "^"));
    assert_true(matches("[\\a-c]", "-")); /* an escaped byte begins no range */
    assert_false(matches("[\\a-c]", "b"));
}

static void test_case_can_be_ignored(void **state)
{
    (void)state;
    assert_true(glob_match(SPAN("MaxMem*"), SPAN("maxMEMORY"), true));
    assert_true(glob_match(SPAN("[A-C]x"), SPAN("bX"), true));
    assert_true(glob_match(SPAN("[a-c]"), SPAN("B"), true));
    assert_false(glob_match(SPAN("[a-c]"), SPAN("B"), false));
}

static void test_any_byte_is_text(void **state)
{
    (void)state;
    assert_true(glob_match(SPAN("a\0*"), SPAN("a\0b"), false));
    assert_false(glob_match(SPAN("a\0b"), SPAN("a\0c"), false));
    assert_true(glob_match(SPAN("[\x80-\xff]"), SPAN("\xe4"), false));
    assert_true(glob_match(SPAN("?"), SPAN("\xff"), true));
}

/* Thirty stars against text that never ends as the pattern does: a matcher that goes back to every
 * star would take longer than the universe has. */
static void test_many_stars_cost_no_more_than_pattern_times_text(void **state)
{
    char pattern[100], text[20000];
    uint64_t start;
    size_t size = 0;

    (void)state;
    for (int i = 0; i < 30; i++) {
        pattern[size++] = 'a';
        pattern[size++] = '*';
    }
    pattern[size++] = 'b';
    memset(text, 'a', sizeof(text));
    start = clock_monotonic_us();
    assert_false(glob_match(span_of(pattern, size), span_of(text, sizeof(text)), false));
    assert_true(clock_monotonic_us() - start < 2 * 1000 * 1000);
    text[sizeof(text) - 1] = 'b';
    assert_true(glob_match(span_of(pattern, size), span_of(text, sizeof(text)), false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals_match_themselves),
        cmocka_unit_test(test_a_star_matches_any_run),
        cmocka_unit_test(test_a_question_mark_matches_one_byte),
        cmocka_unit_test(test_a_class_matches_one_of_its_bytes),
        cmocka_unit_test(test_a_class_without_its_end_ends_with_the_pattern),
        cmocka_unit_test(test_a_backslash_takes_the_meaning_away),
        cmocka_unit_test(test_case_can_be_ignored),
        cmocka_unit_test(test_any_byte_is_text),
        cmocka_unit_test(test_many_stars_cost_no_more_than_pattern_times_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
