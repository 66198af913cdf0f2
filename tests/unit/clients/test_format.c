/* Replies as text: what a user sees for each type, in each format. */
#include "clients/shell/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void check(enum format format, const char *resp, const char *expected)
{
    struct ms_reply *reply = ms_reply_parse(resp, strlen(resp), NULL);
    struct buffer out = {0};

    assert_non_null(reply);
    format_value(&out, format, ms_reply_value(reply));
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buffer_release(&out);
    ms_reply_free(reply);
}

static void test_terminal_shows_the_type_of_a_leaf(void **state)
{
    (void)state;
    check(FORMAT_TERMINAL, ":42\r\n", "(integer) 42\n");
    check(FORMAT_TERMINAL, "+OK\r\n", "OK\n");
    check(FORMAT_TERMINAL, "-ERR no\r\n", "(error) ERR no\n");
    check(FORMAT_TERMINAL, "$-1\r\n", "(nil)\n");
    check(FORMAT_TERMINAL, "_\r\n", "(nil)\n");
    check(FORMAT_TERMINAL, ",1.5\r\n", "(double) 1.5\n");
    check(FORMAT_TERMINAL, "#t\r\n", "(true)\n");
    check(FORMAT_TERMINAL, "(123456789012345678901\r\n", "123456789012345678901\n");
    check(FORMAT_TERMINAL, "=6\r\ntxt:a\n\r\n", "a\n");
    check(FORMAT_TERMINAL, "*0\r\n", "(empty array)\n");
    check(FORMAT_TERMINAL, "%0\r\n", "(empty hash)\n");
    check(FORMAT_TERMINAL, "~0\r\n", "(empty set)\n");
}

static void test_terminal_escapes_what_cannot_be_seen(void **state)
{
    (void)state;
    check(FORMAT_TERMINAL, "$6\r\n\"\\\n\x01\xc3z\r\n", "\"\\\"\\\\\\n\\x01\\xc3z\"\n");
}

static void test_terminal_numbers_and_indents_items(void **state)
{
    (void)state;
    check(FORMAT_TERMINAL, "*2\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n:2\r\n",
          "1) 1) \"a\"\n   2) 1) (integer) 1\n2) (integer) 2\n");
    check(FORMAT_TERMINAL,
          "*10\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n*1\r\n+x\r\n",
          " 1) (integer) 1\n 2) (integer) 2\n 3) (integer) 3\n 4) (integer) 4\n"
          " 5) (integer) 5\n 6) (integer) 6\n 7) (integer) 7\n 8) (integer) 8\n"
          " 9) (integer) 9\n10) 1) x\n");
}

static void test_terminal_shows_maps_and_sets(void **state)
{
    (void)state;
    check(FORMAT_TERMINAL, "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*1\r\n:2\r\n",
          "1# \"a\" => (integer) 1\n2# \"b\" => \n   1) (integer) 2\n");
    check(FORMAT_TERMINAL, "~2\r\n+a\r\n+b\r\n", "1~ a\n2~ b\n");
}

static void test_raw_prints_leaves_a_line_each(void **state)
{
    (void)state;
    check(FORMAT_RAW, "*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+b\r\n", "a\n1\n\nb");
    check(FORMAT_RAW, "%1\r\n$1\r\na\r\n:1\r\n", "a 1");
}

static void test_csv_quotes_texts_only(void **state)
{
    (void)state;
    check(FORMAT_CSV, "*4\r\n$2\r\na\"\r\n:1\r\n$-1\r\n-ERR x\r\n",
          "\"a\\\"\",1,NULL,ERROR,\"ERR x\"\n");
}

static void test_json_keeps_structure_and_types(void **state)
{
    (void)state;
    check(FORMAT_JSON, "*4\r\n:1\r\n$1\r\na\r\n_\r\n#f\r\n", "[1,\"a\",null,false]\n");
    check(FORMAT_JSON, "%2\r\n$1\r\na\r\n*0\r\n:5\r\n%0\r\n", "{\"a\":[],\"5\":{}}\n");
    check(FORMAT_JSON, "-ERR no\r\n", "{\"error\":\"ERR no\"}\n");
    check(FORMAT_JSON, ",inf\r\n", "null\n");
}

/* An object cannot have an array as a key. */
static void test_json_makes_an_array_of_a_map_with_aggregate_keys(void **state)
{
    (void)state;
    check(FORMAT_JSON, "%1\r\n*1\r\n:1\r\n+v\r\n", "[[1],\"v\"]\n");
}

static void test_json_is_valid_whatever_the_bytes(void **state)
{
    (void)state;
    check(FORMAT_JSON, "$7\r\n\xc3\xa9\xff\x01\"\\\t\r\n",
          "\"\xc3\xa9\\u00ff\\u0001\\\"\\\\\\t\"\n");
    check(FORMAT_ASCII_JSON, "$2\r\n\xc3\xa9\r\n", "\"\\u00c3\\u00a9\"\n");
    check(FORMAT_JSON, "$3\r\n\xed\xa0\x80\r\n", "\"\\u00ed\\u00a0\\u0080\"\n"); /* surrogate */
    check(FORMAT_JSON, "$2\r\n\xc0\x80\r\n", "\"\\u00c0\\u0080\"\n");            /* overlong */
}

static void test_deep_nesting_up_to_the_readers_limit_is_printed(void **state)
{
    struct buffer resp = {0};
    struct buffer out = {0};
    struct ms_reply *reply;

    (void)state;
    for (int i = 0; i < 63; i++)
        buffer_printf(&resp, "*1\r\n");
    buffer_printf(&resp, ":1\r\n");
    reply = ms_reply_parse(resp.data, resp.size, NULL);
    assert_non_null(reply);
    for (int format = FORMAT_TERMINAL; format <= FORMAT_ASCII_JSON; format++)
        format_value(&out, (enum format)format, ms_reply_value(reply));
    ms_reply_free(reply);
    buffer_release(&out);
    buffer_release(&resp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminal_shows_the_type_of_a_leaf),
        cmocka_unit_test(test_terminal_escapes_what_cannot_be_seen),
        cmocka_unit_test(test_terminal_numbers_and_indents_items),
        cmocka_unit_test(test_terminal_shows_maps_and_sets),
        cmocka_unit_test(test_raw_prints_leaves_a_line_each),
        cmocka_unit_test(test_csv_quotes_texts_only),
        cmocka_unit_test(test_json_keeps_structure_and_types),
        cmocka_unit_test(test_json_makes_an_array_of_a_map_with_aggregate_keys),
        cmocka_unit_test(test_json_is_valid_whatever_the_bytes),
        cmocka_unit_test(test_deep_nesting_up_to_the_readers_limit_is_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
