/* Usage, hints and completion from a COMMAND DOCS reply. */
#include "clients/shell/docs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char xadd_usage[] = "key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold "
                                 "[LIMIT count]] <* | id> field value [field value ...]";

/* The hint behind up to five typed arguments. */
static void check_hint(const char *usage, const char *const *typed, const char *expected)
{
    struct span words[6];
    struct buffer out = {0};
    size_t count = 0;

    for (; typed[count]; count++)
        words[count] = span_text(typed[count]);
    docs_hint(span_text(usage), words, count, &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buffer_release(&out);
}

#define TYPED(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_hints_show_what_is_still_to_come(void **state)
{
    (void)state;
    check_hint("key value", TYPED(NULL), "key value");
    check_hint("key value", TYPED("k"), "value");
    check_hint("key value", TYPED("k", "v"), "");
    check_hint("key [key ...]", TYPED("a", "b", "c"), "[key ...]");
}

static void test_an_option_given_leaves_the_hint_in_any_order(void **state)
{
    (void)state;
    check_hint("key [COUNT count] [BLOCK ms] id", TYPED("k", "block"), "[COUNT count] id");
    check_hint("key [COUNT count] [BLOCK ms] id", TYPED("k", "block", "5"), "[COUNT count] id");
    check_hint("key [COUNT count] [BLOCK ms] id", TYPED("k", "block", "5", "0-1"), "");
}

static void test_the_hint_of_xadd_follows_its_options(void **state)
{
    (void)state;
    check_hint(xadd_usage, TYPED("k", "maxlen", "~", "10"),
               "[NOMKSTREAM] <* | id> field value [field value ...]");
    check_hint(xadd_usage, TYPED("k", "*", "f"), "value [field value ...]");
}

/* One command with an option, a choice and a repeated block, and one container. */
static const char docs_reply[] =
    "*4\r\n"
    "$4\r\nxadd\r\n*4\r\n$7\r\nsummary\r\n$3\r\nAdd\r\n$9\r\narguments\r\n*3\r\n"
    "*4\r\n$4\r\nname\r\n$3\r\nkey\r\n$4\r\ntype\r\n$3\r\nkey\r\n"
    "*8\r\n$4\r\nname\r\n$1\r\nc\r\n$4\r\ntype\r\n$5\r\noneof\r\n$5\r\nflags\r\n*1\r\n+optional\r\n"
    "$9\r\narguments\r\n*2\r\n"
    "*6\r\n$4\r\nname\r\n$1\r\na\r\n$4\r\ntype\r\n$10\r\npure-token\r\n$5\r\ntoken\r\n$1\r\nA\r\n"
    "*6\r\n$4\r\nname\r\n$1\r\nn\r\n$4\r\ntype\r\n$7\r\ninteger\r\n$5\r\ntoken\r\n$5\r\nCOUNT\r\n"
    "*8\r\n$4\r\nname\r\n$1\r\nb\r\n$4\r\ntype\r\n$5\r\nblock\r\n$5\r\nflags\r\n*1\r\n+multiple\r\n"
    "$9\r\narguments\r\n*2\r\n"
    "*4\r\n$4\r\nname\r\n$5\r\nfield\r\n$4\r\ntype\r\n$6\r\nstring\r\n"
    "*4\r\n$4\r\nname\r\n$5\r\nvalue\r\n$4\r\ntype\r\n$6\r\nstring\r\n"
    "$6\r\nxgroup\r\n*2\r\n$11\r\nsubcommands\r\n*4\r\n"
    "$13\r\nxgroup|create\r\n*2\r\n$7\r\nsummary\r\n$3\r\nNew\r\n"
    "$14\r\nxgroup|destroy\r\n*0\r\n";

static struct docs *docs;

static void test_usage_is_built_from_the_arguments(void **state)
{
    const struct span words[] = {SPAN("XADD"), SPAN("k")};
    const struct doc *doc;
    size_t used;

    (void)state;
    doc = docs_find(docs, words, 2, &used);
    assert_non_null(doc);
    assert_int_equal(used, 1);
    assert_string_equal(doc->summary.size ? "Add" : "", "Add");
    assert_true(span_equal(doc->usage, SPAN("key [A | COUNT n] field value [field value ...]")));
}

static void test_a_subcommand_is_found_before_its_container(void **state)
{
    const struct span words[] = {SPAN("xgroup"), SPAN("CREATE"), SPAN("s")};
    const struct span other[] = {SPAN("xgroup"), SPAN("nothing")};
    size_t used;

    (void)state;
    assert_true(span_equal(docs_find(docs, words, 3, &used)->name, SPAN("xgroup create")));
    assert_int_equal(used, 2);
    assert_true(span_equal(docs_find(docs, other, 2, &used)->name, SPAN("xgroup")));
    assert_int_equal(used, 1);
    assert_null(docs_find(docs, other + 1, 1, &used));
}

static void check_completion(const struct span *before, size_t count, const char *prefix,
                             const char *expected)
{
    struct buffer out = {0};

    docs_complete(docs, before, count, span_text(prefix), &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buffer_release(&out);
}

static void test_completion_offers_names_subcommands_and_keywords(void **state)
{
    const struct span help[] = {SPAN("help")};
    const struct span group[] = {SPAN("xgroup")};
    const struct span add[] = {SPAN("xadd"), SPAN("k")};

    (void)state;
    check_completion(NULL, 0, "xa", "xadd\n");
    check_completion(NULL, 0, "X", "XADD\nXGROUP\n");
    check_completion(help, 1, "xg", "xgroup\n");
    check_completion(group, 1, "", "create\ndestroy\n");
    check_completion(add, 2, "co", "count\n");
    check_completion(add, 2, "zz", "");
}

static void test_a_reply_of_another_shape_gives_no_docs(void **state)
{
    static const char *const odd[] = {"+OK\r\n", "*1\r\n:1\r\n", "*2\r\n:1\r\n:2\r\n",
                                      "*2\r\n$1\r\na\r\n*2\r\n$9\r\narguments\r\n:3\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
        struct ms_reply *reply = ms_reply_parse(odd[i], strlen(odd[i]), NULL);
        struct docs *other = docs_new(ms_reply_value(reply));

        assert_true(docs_count(other) <= 1);
        docs_free(other);
        ms_reply_free(reply);
    }
}

static int set_up(void **state)
{
    struct ms_reply *reply = ms_reply_parse(docs_reply, sizeof(docs_reply) - 1, NULL);

    (void)state;
    docs = docs_new(ms_reply_value(reply));
    ms_reply_free(reply);
    return reply ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    docs_free(docs);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hints_show_what_is_still_to_come),
        cmocka_unit_test(test_an_option_given_leaves_the_hint_in_any_order),
        cmocka_unit_test(test_the_hint_of_xadd_follows_its_options),
        cmocka_unit_test(test_usage_is_built_from_the_arguments),
        cmocka_unit_test(test_a_subcommand_is_found_before_its_container),
        cmocka_unit_test(test_completion_offers_names_subcommands_and_keywords),
        cmocka_unit_test(test_a_reply_of_another_shape_gives_no_docs),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
