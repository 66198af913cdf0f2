/* The server's reader of requests: what clients send, in whatever pieces it arrives. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/resp/request_parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static const struct request_limits usual = {.bulk_bytes = 512 << 20};

static void assert_argument(const struct request_parser *parser, size_t at, const char *bytes,
                            size_t size)
{
    assert_true(at < parser->argc);
    assert_int_equal(parser->argv[at].size, size);
    assert_memory_equal(parser->argv[at].data, bytes, size);
}

/* One request, all there at once, with these words as its arguments. */
static void assert_words(const char *request, const char *const *words)
{
    struct request_parser parser = {.limits = usual};
    size_t consumed = 0, count = 0;

    assert_int_equal(request_parser_feed(&parser, request, strlen(request), &consumed), 1);
    assert_int_equal(consumed, strlen(request));
    for (; words[count]; count++)
        assert_argument(&parser, count, words[count], strlen(words[count]));
    assert_int_equal(parser.argc, count);
    request_parser_release(&parser);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_refused(const char *bytes, size_t size, bool unauthenticated, const char *error)
{
    struct request_parser parser = {.limits = {.bulk_bytes = 1000}};
    size_t consumed = 0;

    parser.limits.unauthenticated = unauthenticated;
    assert_int_equal(request_parser_feed(&parser, bytes, size, &consumed), ERR_SYNTAX);
    assert_string_equal(parser.error, error);
    request_parser_release(&parser);
}

static void assert_text_refused(const char *text, const char *error)
{
    assert_refused(text, strlen(text), false, error);
}

/* --- Arrays of bulk strings. */

static void test_an_array_of_bulk_strings_is_a_request(void **state)
{
    (void)state;
    assert_words("*1\r\n$4\r\nPING\r\n", WORDS("PING"));
    assert_words("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n", WORDS("SET", "k", ""));
    assert_words("*2\r\n$3\r\na\r\n\r\n$2\r\n$1\r\n", WORDS("a\r\n", "$1"));
}

static void test_arguments_are_spans_into_the_callers_bytes(void **state)
{
    const char bytes[] = "*2\r\n$3\r\nGET\r\n$3\r\nk\0y\r\n*1\r\n";
    struct request_parser parser = {.limits = usual};
    size_t consumed = 0;

    (void)state;
    assert_int_equal(request_parser_feed(&parser, bytes, sizeof(bytes) - 1, &consumed), 1);
    assert_int_equal(consumed, sizeof(bytes) - 1 - 4);
    assert_ptr_equal(parser.argv[0].data, bytes + 8);
    assert_argument(&parser, 1, "k\0y", 3);
    request_parser_release(&parser);
}

static void test_requests_follow_each_other_in_one_feed(void **state)
{
    const char *at = "*1\r\n$1\r\na\r\nGET b\r\n*2\r\n$1\r\nc\r\n$1\r\nd\r\n";
    const char *end = at + strlen(at);
    const size_t argc[] = {1, 2, 2};
    struct request_parser parser = {.limits = usual};

    (void)state;
    for (int i = 0; i < 3; i++) {
        size_t consumed = 0;

        assert_int_equal(request_parser_feed(&parser, at, (size_t)(end - at), &consumed), 1);
        assert_int_equal(parser.argc, argc[i]);
        at += consumed;
        request_parser_reset(&parser);
    }
    assert_ptr_equal(at, end);
    request_parser_release(&parser);
}

static void test_an_empty_array_and_an_empty_line_ask_for_nothing(void **state)
{
    static const char *const nothing[] = {"*0\r\n", "*-1\r\n", "*-7\r\n",
                                          "\r\n",   "\n",      "  \t \r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        struct request_parser parser = {.limits = usual};
        size_t consumed = 0, size = strlen(nothing[i]);

        assert_int_equal(request_parser_feed(&parser, nothing[i], size, &consumed), 1);
        assert_int_equal(parser.argc, 0);
        assert_int_equal(consumed, size);
        request_parser_release(&parser);
    }
}

/* Offers the request in growing pieces, each time at another address. */
static void feed_in_pieces(const char *bytes, size_t size, size_t step, size_t argc)
{
    struct request_parser parser = {.limits = usual};
    char *offered = NULL;

    for (size_t have = step; have < size; have += step) {
        char *copy = malloc(have);
        size_t consumed = 0;

        memcpy(copy, bytes, have);
        assert_int_equal(request_parser_feed(&parser, copy, have, &consumed), 0);
        assert_int_equal(consumed, 0);
        if (request_parser_wanted(&parser)) /* it never asks for more than there will be */
            assert_in_range(have + request_parser_wanted(&parser), have + 1, size);
        free(offered);
        offered = copy;
    }
    {
        size_t consumed = 0;

        assert_int_equal(request_parser_feed(&parser, bytes, size, &consumed), 1);
        assert_int_equal(consumed, size);
        assert_int_equal(parser.argc, argc);
        for (size_t i = 0; i < argc && bytes[0] == '*'; i++)
            assert_true(parser.argv[i].data > bytes && parser.argv[i].data < bytes + size);
    }
    free(offered);
    request_parser_release(&parser);
}

static void test_a_request_may_come_in_pieces_of_any_size(void **state)
{
    static const char array[] =
        "*4\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$12\r\nhello\r\nworld\r\n";
    static const char line[] = "set \"a b\" 'c d'\r\n";

    (void)state;
    for (size_t step = 1; step < sizeof(array); step++)
        feed_in_pieces(array, sizeof(array) - 1, step, 4);
    for (size_t step = 1; step < sizeof(line); step++)
        feed_in_pieces(line, sizeof(line) - 1, step, 3);
}

static void test_wanted_tells_what_is_missing_of_a_big_argument(void **state)
{
    const char *bytes = "*2\r\n$3\r\nSET\r\n$100000\r\nabc";
    struct request_parser parser = {.limits = usual};
    size_t consumed;

    (void)state;
    assert_int_equal(request_parser_wanted(&parser), 0);
    assert_int_equal(request_parser_feed(&parser, bytes, strlen(bytes), &consumed), 0);
    assert_int_equal(request_parser_wanted(&parser), 100000 + 2 - 3);
    request_parser_release(&parser);
}

/* A client that announces two thousand million arguments gets no memory for it. */
static void test_memory_follows_what_arrived_not_what_was_announced(void **state)
{
    const char *bytes = "*2147483647\r\n$1\r\na\r\n";
    struct request_parser parser = {.limits = usual};
    size_t consumed, before = mem_used();

    (void)state;
    assert_int_equal(request_parser_feed(&parser, bytes, strlen(bytes), &consumed), 0);
    assert_in_range(mem_used() - before, 0, 4096);
    request_parser_release(&parser);
    assert_int_equal(mem_used(), before);
}

static void test_out_of_memory_for_arguments_is_an_error_not_the_end(void **state)
{
    struct request_parser parser = {.limits = usual};
    size_t consumed;

    (void)state;
    mem_fail_after(1);
    assert_int_equal(request_parser_feed(&parser, "*1\r\n$1\r\na\r\n", 11, &consumed), ERR_NOMEM);
    mem_fail_after(1);
    request_parser_reset(&parser);
    assert_int_equal(request_parser_feed(&parser, "PING\r\n", 6, &consumed), ERR_NOMEM);
    mem_fail_after(0);
    assert_non_null(parser.error);
    request_parser_release(&parser);
}

static void test_reset_lets_a_complete_request_be_read_again(void **state)
{
    const char *bytes = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
    struct request_parser parser = {.limits = usual};

    (void)state;
    for (int i = 0; i < 3; i++) {
        size_t consumed = 0;

        assert_int_equal(request_parser_feed(&parser, bytes, strlen(bytes), &consumed), 1);
        assert_argument(&parser, 1, "k", 1);
        request_parser_reset(&parser);
    }
    request_parser_release(&parser);
}

/* --- Errors. */

static void test_a_bad_count_of_arguments_is_refused(void **state)
{
    static const char *const bad[] = {"*x\r\n",   "*\r\n",           "*1x\r\n",
                                      "*1\rx",    "*03\r\n",         "*-\r\n",
                                      "*-0\r\n",  "*1 \r\n",         "*+1\r\n",
                                      "* 1\r\n",  "*2147483648\r\n", "*20000000000\r\n",
                                      "*--1\r\n", "*1-1\r\n",        "*99999999999999999999\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_text_refused(bad[i], "Protocol error: invalid multibulk length");
}

static void test_a_bad_size_of_an_argument_is_refused(void **state)
{
    static const char *const bad[] = {
        "*1\r\n$x\r\n",    "*1\r\n$-1\r\n",
        "*1\r\n$\r\n",     "*1\r\n$01\r\n",
        "*1\r\n$1001\r\n", "*1\r\n$1.0\r\n",
        "*1\r\n$1\rx",     "*2\r\n$1\r\na\r\n$99999999999999999999\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_text_refused(bad[i], "Protocol error: invalid bulk length");
}

static void test_an_argument_must_begin_with_a_dollar(void **state)
{
    (void)state;
    assert_text_refused("*1\r\nfoo\r\n", "Protocol error: expected '$', got 'f'");
    assert_text_refused("*2\r\n$1\r\na\r\n:1\r\n", "Protocol error: expected '$', got ':'");
}

static void test_a_count_without_an_end_is_refused_beyond_the_limit(void **state)
{
    size_t size = REQUEST_LINE_LIMIT + 100;
    char *bytes = malloc(size);
    struct request_parser parser = {.limits = usual};
    size_t consumed;

    (void)state;
    memset(bytes, '1', size);
    bytes[0] = '*';
    assert_refused(bytes, size, false, "Protocol error: too big mbulk count string");
    assert_int_equal(request_parser_feed(&parser, bytes, REQUEST_LINE_LIMIT, &consumed), 0);
    memcpy(bytes, "*1\r\n$", 5);
    assert_refused(bytes, size, false, "Protocol error: too big bulk count string");
    memset(bytes, 'a', size);
    assert_refused(bytes, size, false, "Protocol error: too big inline request");
    request_parser_release(&parser);
    free(bytes);
}

static void test_who_has_not_logged_in_gets_small_requests_only(void **state)
{
    const char *many = "*11\r\n", *big = "*1\r\n$16385\r\n";
    struct request_parser parser = {.limits = {.bulk_bytes = 512 << 20, .unauthenticated = true}};
    size_t consumed;

    (void)state;
    assert_int_equal(request_parser_feed(&parser, "*10\r\n$16384\r\n", 13, &consumed), 0);
    request_parser_reset(&parser);
    assert_int_equal(request_parser_feed(&parser, many, strlen(many), &consumed), ERR_SYNTAX);
    assert_string_equal(parser.error, "Protocol error: unauthenticated multibulk length");
    request_parser_reset(&parser);
    assert_int_equal(request_parser_feed(&parser, big, strlen(big), &consumed), ERR_SYNTAX);
    assert_string_equal(parser.error, "Protocol error: unauthenticated bulk length");
    request_parser_release(&parser);
}

/* --- Inline requests. */

static void test_a_line_is_a_request_of_its_words(void **state)
{
    (void)state;
    assert_words("PING\r\n", WORDS("PING"));
    assert_words("  set\tk   v \n", WORDS("set", "k", "v"));
    assert_words("get k\r\n", WORDS("get", "k"));
    assert_words("\v a\vb \fc\r\n", WORDS("a\vb", "c"));
    assert_words("a\\nb c\\\r\n", WORDS("a\\nb", "c\\")); /* no escapes outside quotes */
}

static void test_double_quotes_hold_blanks_and_escapes(void **state)
{
    (void)state;
    assert_words("set k \"a b\"\r\n", WORDS("set", "k", "a b"));
    assert_words("\"\\n\\r\\t\\b\\a\\\"\\\\\\q\"\r\n", WORDS("\n\r\t\b\a\"\\q"));
    assert_words("\"\\x41\\x7a\\xzz\\x4\"\r\n", WORDS("Azxzzx4"));
    assert_words("\"\" x ''\r\n", WORDS("", "x", ""));
    assert_words("a\"b c\" d\r\n", WORDS("ab c", "d"));
}

static void test_single_quotes_escape_only_themselves(void **state)
{
    (void)state;
    assert_words("'a b' 'it\\'s' '\\n\\x41\"'\r\n", WORDS("a b", "it's", "\\n\\x41\""));
}

static void test_a_hex_escape_may_stand_for_any_byte(void **state)
{
    struct request_parser parser = {.limits = usual};
    const char *line = "\"\\x00\\xff\\xFe\"\r\n";
    size_t consumed;

    (void)state;
    assert_int_equal(request_parser_feed(&parser, line, strlen(line), &consumed), 1);
    assert_argument(&parser, 0, "\x00\xff\xfe", 3);
    request_parser_release(&parser);
}

static void test_unbalanced_quotes_are_refused(void **state)
{
    static const char *const bad[] = {"set \"a\r\n", "set 'a\r\n",      "\"a\"b\r\n", "'a'b\r\n",
                                      "\"a\\\"\r\n", "set a\"b'c'\r\n", "'\r\n",      "\"\\\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_text_refused(bad[i], "Protocol error: unbalanced quotes in request");
}

/* --- Anything. */

/* Random requests, cut at random places, each part at another address: what comes out is what went
 * in. */
static void test_random_requests_in_random_pieces_come_out_whole(void **state)
{
    uint64_t seed = (uint64_t)time(NULL);
    struct request_parser parser = {.limits = usual};
    struct random random;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int round = 0; round < 2000; round++) {
        struct buffer wire = {0};
        size_t argc = 1 + random_below(&random, 20), consumed = 0, have = 0;
        char arguments[20][64];
        size_t sizes[20];
        int rc = 0;

        buffer_printf(&wire, "*%zu\r\n", argc);
        for (size_t i = 0; i < argc; i++) {
            sizes[i] = random_below(&random, sizeof(arguments[i]));
            for (size_t j = 0; j < sizes[i]; j++)
                arguments[i][j] = (char)random_next(&random);
            buffer_printf(&wire, "$%zu\r\n", sizes[i]);
            buffer_append(&wire, arguments[i], sizes[i]);
            buffer_append(&wire, "\r\n", 2);
        }
        while (rc == 0) {
            char *copy;

            assert_true(have < wire.size);
            have += 1 + random_below(&random, wire.size - have);
            copy = malloc(have);
            memcpy(copy, wire.data, have);
            rc = request_parser_feed(&parser, copy, have, &consumed);
            if (rc == 1)
                for (size_t i = 0; i < argc; i++)
                    assert_argument(&parser, i, arguments[i], sizes[i]);
            free(copy);
        }
        assert_int_equal(rc, 1);
        assert_int_equal(consumed, wire.size);
        assert_int_equal(parser.argc, argc);
        request_parser_reset(&parser);
        buffer_release(&wire);
    }
    request_parser_release(&parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_array_of_bulk_strings_is_a_request),
        cmocka_unit_test(test_arguments_are_spans_into_the_callers_bytes),
        cmocka_unit_test(test_requests_follow_each_other_in_one_feed),
        cmocka_unit_test(test_an_empty_array_and_an_empty_line_ask_for_nothing),
        cmocka_unit_test(test_a_request_may_come_in_pieces_of_any_size),
        cmocka_unit_test(test_wanted_tells_what_is_missing_of_a_big_argument),
        cmocka_unit_test(test_memory_follows_what_arrived_not_what_was_announced),
        cmocka_unit_test(test_out_of_memory_for_arguments_is_an_error_not_the_end),
        cmocka_unit_test(test_reset_lets_a_complete_request_be_read_again),
        cmocka_unit_test(test_a_bad_count_of_arguments_is_refused),
        cmocka_unit_test(test_a_bad_size_of_an_argument_is_refused),
        cmocka_unit_test(test_an_argument_must_begin_with_a_dollar),
        cmocka_unit_test(test_a_count_without_an_end_is_refused_beyond_the_limit),
        cmocka_unit_test(test_who_has_not_logged_in_gets_small_requests_only),
        cmocka_unit_test(test_a_line_is_a_request_of_its_words),
        cmocka_unit_test(test_double_quotes_hold_blanks_and_escapes),
        cmocka_unit_test(test_single_quotes_escape_only_themselves),
        cmocka_unit_test(test_a_hex_escape_may_stand_for_any_byte),
        cmocka_unit_test(test_unbalanced_quotes_are_refused),
        cmocka_unit_test(test_random_requests_in_random_pieces_come_out_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
