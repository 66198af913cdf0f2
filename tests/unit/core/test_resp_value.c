/* The client's reader of replies, RESP2 and RESP3, and the writer of commands. A reply is shown as
 * text by `show`, so that a test reads like what went over the wire. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/resp/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static struct resp_reader reader; /* too large for a stack frame one would like */

static void show(struct buffer *out, const struct resp_value *value);

static void show_items(struct buffer *out, const char *open, const struct resp_value *value)
{
    buffer_printf(out, "%s", open);
    for (size_t i = 0; i < value->count; i++) {
        if (i)
            buffer_printf(out, " ");
        show(out, &value->items[i]);
    }
    buffer_printf(out, "%s", strcmp(open, "[") == 0 ? "]" : "}");
}

/* Recursion is fine here: the reader lets nothing deeper than RESP_DEPTH_LIMIT through. */
static void show(struct buffer *out, const struct resp_value *value)
{
    static const char *const opens[] = {
        [RESP_ARRAY] = "[", [RESP_MAP] = "map{", [RESP_SET] = "set{", [RESP_PUSH] = "push{"};
    static const char *const names[] = {
        [RESP_SIMPLE] = "+", [RESP_ERROR] = "-",   [RESP_INTEGER] = ":",    [RESP_BULK] = "",
        [RESP_DOUBLE] = ",", [RESP_BOOLEAN] = "#", [RESP_BIG_NUMBER] = "(", [RESP_VERBATIM] = "="};

    if (value->attributes) {
        buffer_printf(out, "|");
        show(out, value->attributes);
        buffer_printf(out, "|");
    }
    if (resp_is_aggregate(value)) {
        show_items(out, opens[value->type], value);
    } else if (value->type == RESP_NULL) {
        buffer_printf(out, "null%c", value->mark);
    } else {
        assert_int_equal(value->text.data[value->text.size], 0);
        buffer_printf(out, "%s%.3s", names[value->type], value->format);
        buffer_append_span(out, value->text);
    }
}

/* All of `wire` must be one reply that shows as `wanted`, whole and byte by byte. */
static void assert_reply(const char *wire, const char *wanted)
{
    size_t size = strlen(wire);

    for (size_t step = 1; step <= size; step += step == 1 ? size - 1 : 1) {
        struct arena *arena = arena_new();
        struct buffer text = {0};
        const struct resp_value *value = NULL;
        size_t from = 0, to = 0, consumed;
        int rc = 0;

        resp_reader_init(&reader);
        while (rc == 0) {
            char *copy;

            assert_true(to < size);
            to = to + step < size ? to + step : size;
            copy = malloc(to - from);
            memcpy(copy, wire + from, to - from);
            rc = resp_reader_feed(&reader, arena, copy, to - from, &consumed, &value);
            assert_in_range(consumed, 0, to - from);
            from += consumed;
            free(copy);
        }
        assert_int_equal(rc, 1);
        assert_int_equal(from, size);
        show(&text, value);
        buffer_append_byte(&text, '\0');
        assert_string_equal(text.data, wanted);
        buffer_release(&text);
        arena_free(arena);
        if (size == 1)
            break;
    }
}

static int feed_error(const char *wire, size_t size)
{
    struct arena *arena = arena_new();
    const struct resp_value *value;
    size_t consumed;
    int rc;

    resp_reader_init(&reader);
    rc = resp_reader_feed(&reader, arena, wire, size, &consumed, &value);
    arena_free(arena);
    return rc;
}

static void assert_refused(const char *wire)
{
    assert_int_equal(feed_error(wire, strlen(wire)), ERR_SYNTAX);
    assert_non_null(reader.error);
}

/* --- What there is. */

static void test_every_type_of_resp2_is_read(void **state)
{
    (void)state;
    assert_reply("+OK\r\n", "+OK");
    assert_reply("+\r\n", "+");
    assert_reply("-WRONGTYPE no\r\n", "-WRONGTYPE no");
    assert_reply(":42\r\n", ":42");
    assert_reply("$5\r\na\r\nbc\r\n", "a\r\nbc");
    assert_reply("$0\r\n\r\n", "");
    assert_reply("$-1\r\n", "null$");
    assert_reply("*-1\r\n", "null*");
    assert_reply("*0\r\n", "[]");
    assert_reply("*3\r\n:1\r\n*2\r\n+a\r\n$-1\r\n$1\r\nb\r\n", "[:1 [+a null$] b]");
}

static void test_every_type_of_resp3_is_read(void **state)
{
    (void)state;
    assert_reply("_\r\n", "null_");
    assert_reply("#t\r\n", "#t");
    assert_reply("#f\r\n", "#f");
    assert_reply(",3.25\r\n", ",3.25");
    assert_reply("(3492890328409238509324850943850943825024385\r\n",
                 "(3492890328409238509324850943850943825024385");
    assert_reply("!8\r\nERR a\r\nb\r\n", "-ERR a\r\nb");
    assert_reply("=8\r\ntxt:a\nbc\r\n", "=txta\nbc");
    assert_reply("=4\r\nmkd:\r\n", "=mkd");
    assert_reply("%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n", "map{+a :1 +b []}");
    assert_reply("%0\r\n", "map{}");
    assert_reply("~2\r\n:1\r\n:2\r\n", "set{:1 :2}");
    assert_reply(">2\r\n+message\r\n*1\r\n_\r\n", "push{+message [null_]}");
}

static void test_attributes_belong_to_the_value_behind_them(void **state)
{
    (void)state;
    assert_reply("|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n", "|map{+ttl :9}|v");
    assert_reply("*2\r\n|1\r\n+a\r\n:1\r\n*1\r\n:5\r\n:6\r\n", "[|map{+a :1}|[:5] :6]");
    assert_reply("|0\r\n+x\r\n", "|map{}|+x");
    assert_reply("|1\r\n+a\r\n|1\r\n+b\r\n:1\r\n:2\r\n+x\r\n", "|map{+a |map{+b :1}|:2}|+x");
    assert_reply("|1\r\n+a\r\n:1\r\n|1\r\n+b\r\n:2\r\n+x\r\n", "|map{+b :2}|+x");
    assert_reply("*1\r\n|1\r\n+a\r\n:1\r\n*0\r\n", "[|map{+a :1}|[]]");
}

static void test_numbers_have_their_value(void **state)
{
    static const struct {
        const char *wire;
        double number;
    } doubles[] = {{",inf\r\n", INFINITY}, {",-inf\r\n", -INFINITY}, {",1e3\r\n", 1000},
                   {",-0.5\r\n", -0.5},    {",10\r\n", 10},          {",1e999\r\n", INFINITY},
                   {",1e-320\r\n", 1e-320}};
    struct arena *arena = arena_new();
    const struct resp_value *value;
    size_t consumed;

    (void)state;
    resp_reader_init(&reader);
    resp_reader_feed(&reader, arena, ":-9223372036854775808\r\n", 23, &consumed, &value);
    assert_true(value->integer == INT64_MIN);
    resp_reader_feed(&reader, arena, ":+7\r\n", 5, &consumed, &value);
    assert_true(value->integer == 7);
    resp_reader_feed(&reader, arena, "#t\r\n", 4, &consumed, &value);
    assert_true(value->integer == 1);
    for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
        assert_int_equal(resp_reader_feed(&reader, arena, doubles[i].wire, strlen(doubles[i].wire),
                                          &consumed, &value),
                         1);
        assert_true(value->number == doubles[i].number);
    }
    resp_reader_feed(&reader, arena, ",nan\r\n", 6, &consumed, &value);
    assert_true(isnan(value->number));
    arena_free(arena);
}

static void test_replies_follow_each_other_in_one_feed(void **state)
{
    const char *at = "+a\r\n*1\r\n:1\r\n>1\r\n+p\r\n$1\r\nb\r\n:", *end = at + strlen(at);
    const enum resp_type types[] = {RESP_SIMPLE, RESP_ARRAY, RESP_PUSH, RESP_BULK};
    struct arena *arena = arena_new();
    const struct resp_value *value;
    size_t consumed;

    (void)state;
    resp_reader_init(&reader);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            resp_reader_feed(&reader, arena, at, (size_t)(end - at), &consumed, &value), 1);
        assert_int_equal(value->type, types[i]);
        at += consumed;
    }
    assert_int_equal(resp_reader_feed(&reader, arena, at, (size_t)(end - at), &consumed, &value),
                     0);
    assert_int_equal(consumed, 0);
    arena_free(arena);
}

static void test_a_big_array_keeps_all_its_items(void **state)
{
    enum {
        COUNT = 100000
    };
    struct arena *arena = arena_new();
    struct buffer wire = {0};
    const struct resp_value *value;
    size_t consumed;

    (void)state;
    buffer_printf(&wire, "*%d\r\n", COUNT);
    for (int i = 0; i < COUNT; i++)
        buffer_printf(&wire, ":%d\r\n", i);
    resp_reader_init(&reader);
    assert_int_equal(resp_reader_feed(&reader, arena, wire.data, wire.size, &consumed, &value), 1);
    assert_int_equal(value->count, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_true(value->items[i].integer == i);
    buffer_release(&wire);
    arena_free(arena);
}

static void test_wanted_tells_how_much_a_bulk_string_needs(void **state)
{
    struct arena *arena = arena_new();
    const struct resp_value *value;
    size_t consumed;

    (void)state;
    resp_reader_init(&reader);
    assert_int_equal(resp_reader_wanted(&reader), 1);
    assert_int_equal(resp_reader_feed(&reader, arena, "$1000\r\nabc", 10, &consumed, &value), 0);
    assert_int_equal(consumed, 7);
    assert_int_equal(resp_reader_wanted(&reader), 1002);
    arena_free(arena);
}

/* --- What is refused. */

static void test_what_is_not_the_protocol_is_refused(void **state)
{
    static const char *const bad[] = {
        "x\r\n",
        "\r\n",
        "\n",
        "+OK\n",
        ":\r\n",
        ":1a\r\n",
        ":1.5\r\n",
        ": 1\r\n",
        ":9223372036854775808\r\n",
        "#x\r\n",
        "#\r\n",
        "#tt\r\n",
        "_x\r\n",
        ",\r\n",
        ",1.2.3\r\n",
        ",x\r\n",
        "(\r\n",
        "(-\r\n",
        "(12a\r\n",
        "$x\r\n",
        "$-2\r\n",
        "*-2\r\n",
        "%-1\r\n",
        "~-1\r\n",
        ">-1\r\n",
        "!-1\r\n",
        "=-1\r\n",
        "|-1\r\n",
        "$3\r\nabcd\r\n",
        "$3\r\nab\r\n\r\n",
        "=3\r\ntxt\r\n",
        "=5\r\ntxtab\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_refused(bad[i]);
}

static void test_streamed_types_are_refused_with_a_reason(void **state)
{
    (void)state;
    assert_refused("$?\r\n");
    assert_refused("*?\r\n");
    assert_refused("%?\r\n");
    assert_non_null(strstr(reader.error, "streamed"));
}

static void test_a_push_inside_a_reply_is_refused(void **state)
{
    (void)state;
    assert_refused("*1\r\n>1\r\n+a\r\n");
}

static void test_nesting_has_a_limit(void **state)
{
    struct buffer wire = {0}, wanted = {0};

    (void)state;
    for (int i = 0; i < RESP_DEPTH_LIMIT; i++)
        buffer_append(&wire, "*1\r\n", 4);
    buffer_append(&wire, ":1\r\n\0", 5);
    for (int i = 0; i < RESP_DEPTH_LIMIT; i++)
        buffer_append_byte(&wanted, '[');
    buffer_append(&wanted, ":1", 2);
    for (int i = 0; i < RESP_DEPTH_LIMIT; i++)
        buffer_append_byte(&wanted, ']');
    buffer_append_byte(&wanted, '\0');
    assert_reply(wire.data, wanted.data);
    memcpy(buffer_insert(&wire, 0, 4), "*1\r\n", 4);
    assert_int_equal(feed_error(wire.data, wire.size), ERR_FULL);
    buffer_release(&wire);
    buffer_release(&wanted);
}

static void test_sizes_have_limits(void **state)
{
    struct arena *arena = arena_new();
    struct buffer wire = {0};
    const struct resp_value *value;
    size_t consumed;

    (void)state;
    assert_int_equal(feed_error("$536870913\r\n", 12), ERR_FULL);
    assert_int_equal(feed_error("*1073741825\r\n", 13), ERR_FULL);
    assert_int_equal(feed_error("%536870913\r\n", 12), ERR_FULL);
    memset(buffer_reserve(&wire, RESP_LINE_LIMIT + 10), '+', RESP_LINE_LIMIT + 10);
    assert_int_equal(feed_error(wire.data, RESP_LINE_LIMIT + 1), ERR_FULL);
    buffer_release(&wire);
    resp_reader_init(&reader);
    reader.bulk_limit = 10;
    assert_int_equal(resp_reader_feed(&reader, arena, "$11\r\n", 5, &consumed, &value), ERR_FULL);
    resp_reader_init(&reader);
    reader.reply_limit = 20;
    assert_int_equal(resp_reader_feed(&reader, arena, "*9\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n", 24,
                                      &consumed, &value),
                     ERR_FULL);
    arena_free(arena);
}

/* A peer that announces a thousand million items gets no memory for them. */
static void test_memory_follows_what_arrived_not_what_was_announced(void **state)
{
    size_t before = mem_used();
    struct arena *arena = arena_new();
    const struct resp_value *value;
    size_t consumed;

    (void)state;
    resp_reader_init(&reader);
    for (int i = 0; i < 10; i++)
        assert_int_equal(resp_reader_feed(&reader, arena, "*1000000000\r\n", 13, &consumed, &value),
                         0);
    assert_int_equal(resp_reader_feed(&reader, arena, "$500000000\r\nx", 13, &consumed, &value), 0);
    assert_in_range(mem_used() - before, 0, 128 * 1024);
    arena_free(arena);
}

/* --- Any tree. */

/* Writes a random value as wire bytes and as shown text. */
static void random_value(struct random *random, int depth, struct buffer *wire, struct buffer *text)
{
    static const char marks[] = "*%~", *const opens[] = {"[", "map{", "set{"};
    uint64_t choice = random_below(random, depth ? 8 : 5), count = random_below(random, 5);

    if (choice >= 5) {
        int kind = (int)choice - 5;

        buffer_printf(wire, "%c%llu\r\n", marks[kind], (unsigned long long)count);
        buffer_printf(text, "%s", opens[kind]);
        count *= kind == 1 ? 2 : 1;
        for (uint64_t i = 0; i < count; i++) {
            if (i)
                buffer_printf(text, " ");
            random_value(random, depth - 1, wire, text);
        }
        buffer_printf(text, "%s", kind ? "}" : "]");
    } else if (choice == 0) {
        buffer_printf(wire, "$%llu\r\n%.*s\r\n", (unsigned long long)count, (int)count, "\r\n$*x");
        buffer_printf(text, "%.*s", (int)count, "\r\n$*x");
    } else if (choice == 1) {
        buffer_printf(wire, "_\r\n");
        buffer_printf(text, "null_");
    } else if (choice == 2) {
        buffer_printf(wire, "#f\r\n");
        buffer_printf(text, "#f");
    } else {
        buffer_printf(wire, ":%llu\r\n", (unsigned long long)count);
        buffer_printf(text, ":%llu", (unsigned long long)count);
    }
}

static void test_random_trees_come_out_as_they_went_in(void **state)
{
    uint64_t seed = (uint64_t)time(NULL);
    struct random random;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int i = 0; i < 300; i++) {
        struct buffer wire = {0}, text = {0};

        do {
            buffer_clear(&wire);
            buffer_clear(&text);
            random_value(&random, 6, &wire, &text);
        } while (wire.size > 2000);
        buffer_append_byte(&wire, '\0');
        buffer_append_byte(&text, '\0');
        assert_reply(wire.data, text.data);
        buffer_release(&wire);
        buffer_release(&text);
    }
}

/* --- Writing. */

static void test_a_command_is_written_as_an_array_of_bulk_strings(void **state)
{
    const struct span argv[] = {SPAN("SET"), SPAN("k\0y"), SPAN("")};
    static const char wanted[] = "+x\r\n*3\r\n$3\r\nSET\r\n$3\r\nk\0y\r\n$0\r\n\r\n";
    struct buffer out = {0};

    (void)state;
    buffer_append(&out, "+x\r\n", 4);
    resp_write_command(&out, 3, argv);
    assert_int_equal(out.size, sizeof(wanted) - 1);
    assert_memory_equal(out.data, wanted, out.size);
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_of_resp2_is_read),
        cmocka_unit_test(test_every_type_of_resp3_is_read),
        cmocka_unit_test(test_attributes_belong_to_the_value_behind_them),
        cmocka_unit_test(test_numbers_have_their_value),
        cmocka_unit_test(test_replies_follow_each_other_in_one_feed),
        cmocka_unit_test(test_a_big_array_keeps_all_its_items),
        cmocka_unit_test(test_wanted_tells_how_much_a_bulk_string_needs),
        cmocka_unit_test(test_what_is_not_the_protocol_is_refused),
        cmocka_unit_test(test_streamed_types_are_refused_with_a_reason),
        cmocka_unit_test(test_a_push_inside_a_reply_is_refused),
        cmocka_unit_test(test_nesting_has_a_limit),
        cmocka_unit_test(test_sizes_have_limits),
        cmocka_unit_test(test_memory_follows_what_arrived_not_what_was_announced),
        cmocka_unit_test(test_random_trees_come_out_as_they_went_in),
        cmocka_unit_test(test_a_command_is_written_as_an_array_of_bulk_strings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
