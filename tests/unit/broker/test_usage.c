/* The usage text of a command becomes the argument tree of COMMAND DOCS. */
#include "broker/command/usage.h"
#include "core/bytes/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

/* The tree as one line: name:type, token before it, ? optional, + multiple, ++ with its token. */
static void show(const struct usage_argument *at, struct buffer *out)
{
    for (; at; at = at->next) {
        if (at->token.size && at->type != USAGE_PURE_TOKEN)
            buffer_printf(out, "%.*s=", SPAN_ARGS(at->token));
        buffer_printf(out, "%.*s:%s", SPAN_ARGS(at->name), usage_type_name(at->type));
        buffer_printf(out, "%s%s%s", at->optional ? "?" : "", at->multiple ? "+" : "",
                      at->multiple_token ? "+" : "");
        if (at->first) {
            buffer_printf(out, "(");
            show(at->first, out);
            buffer_printf(out, ")");
        }
        buffer_printf(out, "%s", at->next ? " " : "");
    }
}

static void check(const char *usage, const char *expected)
{
    struct arena *arena = arena_new();
    struct buffer text = {0};

    show(usage_parse(arena, usage), &text);
    buffer_append_byte(&text, '\0');
    assert_string_equal(text.data, expected);
    buffer_release(&text);
    arena_free(arena);
}

static void test_plain_arguments_get_types_by_their_names(void **state)
{
    (void)state;
    check("key", "key:key");
    check("key seconds value", "key:key seconds:integer value:string");
    check("source destination", "source:key destination:key");
}

static void test_capitals_are_tokens(void **state)
{
    (void)state;
    check("key [COUNT count] [JUSTID]", "key:key COUNT=count:integer? justid:pure-token?");
}

static void test_bars_make_alternatives(void **state)
{
    (void)state;
    check("key [NX | XX] [EX seconds | PERSIST]",
          "key:key nx:oneof?(nx:pure-token xx:pure-token) "
          "seconds:oneof?(EX=seconds:integer persist:pure-token)");
    check("key <* | id>", "key:key *:oneof(*:pure-token id:string)");
}

static void test_repetition_belongs_to_what_is_repeated(void **state)
{
    (void)state;
    check("key [key ...]", "key:key+");
    check("key field value [field value ...]", "key:key data:block+(field:string value:string)");
    check("key [GET pattern [GET pattern ...]]", "key:key GET=pattern:pattern?++");
}

static void test_a_token_may_stand_before_alternatives(void **state)
{
    (void)state;
    check("SETINFO <LIB-NAME libname | LIB-VER libver>",
          "SETINFO=libname:oneof(LIB-NAME=libname:string LIB-VER=libver:string)");
}

static void test_text_that_does_not_close_is_refused(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    assert_null(usage_parse(arena, "key [NX"));
    assert_null(usage_parse(arena, "key <a | b"));
    assert_null(usage_parse(arena, "key ]"));
    assert_null(usage_parse(arena, "[[[[[[[[[[a]]]]]]]]]]"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_arguments_get_types_by_their_names),
        cmocka_unit_test(test_capitals_are_tokens),
        cmocka_unit_test(test_bars_make_alternatives),
        cmocka_unit_test(test_repetition_belongs_to_what_is_repeated),
        cmocka_unit_test(test_a_token_may_stand_before_alternatives),
        cmocka_unit_test(test_text_that_does_not_close_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
