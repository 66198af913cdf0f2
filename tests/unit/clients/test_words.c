/* What is typed becomes arguments. */
#include "clients/shell/words.h"
#include "core/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;

static struct words split(const char *line)
{
    struct words words;

    assert_int_equal(words_split(arena, span_text(line), &words), 0);
    return words;
}

static void test_blanks_separate_words(void **state)
{
    struct words words = split("  set\tkey  v \r\n");

    (void)state;
    assert_int_equal(words.count, 3);
    assert_string_equal(words.items[0].data, "set");
    assert_string_equal(words.items[2].data, "v");
    assert_int_equal(split("").count, 0);
    assert_int_equal(split(" \t ").count, 0);
}

static void test_double_quotes_know_escapes(void **state)
{
    struct words words = split("\"a b\\n\\x00\\x41\\\"\\q\" \"\"");

    (void)state;
    assert_int_equal(words.count, 2);
    assert_int_equal(words.items[0].size, 8);
    assert_memory_equal(words.items[0].data, "a b\n\0A\"q", 8);
    assert_int_equal(words.items[1].size, 0);
}

static void test_single_quotes_know_only_themselves(void **state)
{
    struct words words = split("'a\\n\\'b'");

    (void)state;
    assert_int_equal(words.count, 1);
    assert_string_equal(words.items[0].data, "a\\n'b");
}

static void test_a_quotation_mark_without_partner_is_refused(void **state)
{
    static const char *const bad[] = {"\"a", "'a", "\"a\"b", "'a'b", "x \"", "\"a\\\""};
    struct words words;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(words_split(arena, span_text(bad[i]), &words), ERR_SYNTAX);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks_separate_words),
        cmocka_unit_test(test_double_quotes_know_escapes),
        cmocka_unit_test(test_single_quotes_know_only_themselves),
        cmocka_unit_test(test_a_quotation_mark_without_partner_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
