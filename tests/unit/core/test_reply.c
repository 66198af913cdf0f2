/* Every kind of reply, byte for byte, in both protocols. */
#include "core/command/reply.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct buffer buffer;

static struct reply start(int protocol)
{
    struct reply out;

    buffer_clear(&buffer);
    reply_init(&out, &buffer, protocol);
    return out;
}

static int release(void **state)
{
    (void)state;
    buffer_release(&buffer);
    return 0;
}

static void assert_bytes(const char *wanted, size_t size)
{
    if (buffer.size != size || memcmp(buffer.data, wanted, size) != 0)
        fail_msg("got \"%.*s\", wanted \"%.*s\"", (int)buffer.size, buffer.data, (int)size, wanted);
}

/* Writes `call` (which uses `out`) in both protocols and compares. */
#define ASSERT_REPLIES(call, resp2, resp3)                                                         \
    do {                                                                                           \
        struct reply out = start(2);                                                               \
        call;                                                                                      \
        assert_bytes(resp2, sizeof(resp2) - 1);                                                    \
        out = start(3);                                                                            \
        call;                                                                                      \
        assert_bytes(resp3, sizeof(resp3) - 1);                                                    \
    } while (0)

#define ASSERT_SAME_REPLIES(call, bytes) ASSERT_REPLIES(call, bytes, bytes)

static void test_simple_strings_and_integers_are_the_same_in_both_protocols(void **state)
{
    (void)state;
    ASSERT_SAME_REPLIES(reply_ok(&out), "+OK\r\n");
    ASSERT_SAME_REPLIES(reply_simple(&out, "QUEUED"), "+QUEUED\r\n");
    ASSERT_SAME_REPLIES(reply_integer(&out, 0), ":0\r\n");
    ASSERT_SAME_REPLIES(reply_integer(&out, 9), ":9\r\n");
    ASSERT_SAME_REPLIES(reply_integer(&out, 10), ":10\r\n");
    ASSERT_SAME_REPLIES(reply_integer(&out, -1), ":-1\r\n");
    ASSERT_SAME_REPLIES(reply_integer(&out, INT64_MAX), ":9223372036854775807\r\n");
    ASSERT_SAME_REPLIES(reply_integer(&out, INT64_MIN), ":-9223372036854775808\r\n");
}

static void test_bulks_are_binary_safe(void **state)
{
    (void)state;
    ASSERT_SAME_REPLIES(reply_bulk(&out, SPAN("a\r\n\0b")), "$5\r\na\r\n\0b\r\n");
    ASSERT_SAME_REPLIES(reply_bulk(&out, SPAN("")), "$0\r\n\r\n");
    ASSERT_SAME_REPLIES(reply_bulk(&out, span_of(NULL, 0)), "$0\r\n\r\n");
    ASSERT_SAME_REPLIES(reply_bulk_text(&out, "hello world"), "$11\r\nhello world\r\n");
    ASSERT_SAME_REPLIES(reply_bulk_integer(&out, -12), "$3\r\n-12\r\n");
    ASSERT_SAME_REPLIES(reply_bulk_format(&out, "%d-%s", 5, "x"), "$3\r\n5-x\r\n");
    ASSERT_SAME_REPLIES(reply_bulk_format(&out, "%s", ""), "$0\r\n\r\n");
}

static void test_a_large_bulk_comes_out_whole(void **state)
{
    static char bytes[1 << 20];
    struct reply out = start(2);

    (void)state;
    memset(bytes, 'q', sizeof(bytes));
    reply_bulk(&out, span_of(bytes, sizeof(bytes)));
    assert_int_equal(reply_size(&out), sizeof(bytes) + 12);
    assert_memory_equal(buffer.data, "$1048576\r\n", 10);
    assert_memory_equal(buffer.data + 10, bytes, sizeof(bytes));
}

static void test_nulls_are_of_one_kind_in_resp3(void **state)
{
    (void)state;
    ASSERT_REPLIES(reply_null(&out), "$-1\r\n", "_\r\n");
    ASSERT_REPLIES(reply_null_array(&out), "*-1\r\n", "_\r\n");
}

static void test_types_of_resp3_fall_back_in_resp2(void **state)
{
    (void)state;
    ASSERT_REPLIES(reply_boolean(&out, true), ":1\r\n", "#t\r\n");
    ASSERT_REPLIES(reply_boolean(&out, false), ":0\r\n", "#f\r\n");
    ASSERT_REPLIES(reply_double(&out, 3), "$1\r\n3\r\n", ",3\r\n");
    ASSERT_REPLIES(reply_double(&out, 0.1), "$3\r\n0.1\r\n", ",0.1\r\n");
    ASSERT_REPLIES(reply_double(&out, -INFINITY), "$4\r\n-inf\r\n", ",-inf\r\n");
    ASSERT_REPLIES(reply_verbatim(&out, "txt", SPAN("hi")), "$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n");
    ASSERT_REPLIES(reply_verbatim(&out, "mkd", span_of(NULL, 0)), "$0\r\n\r\n", "=4\r\nmkd:\r\n");
}

static void test_aggregates_announce_their_count(void **state)
{
    (void)state;
    ASSERT_SAME_REPLIES(reply_array(&out, 0), "*0\r\n");
    ASSERT_SAME_REPLIES(reply_array(&out, 1234567), "*1234567\r\n");
    ASSERT_REPLIES(reply_map(&out, 3), "*6\r\n", "%3\r\n");
    ASSERT_REPLIES(reply_set(&out, 12), "*12\r\n", "~12\r\n");
    ASSERT_REPLIES(reply_push(&out, 2), "*2\r\n", ">2\r\n");
}

static void test_an_error_is_one_line_whatever_was_sent(void **state)
{
    (void)state;
    ASSERT_SAME_REPLIES(reply_error(&out, ERROR_SYNTAX), "-ERR syntax error\r\n");
    ASSERT_SAME_REPLIES(reply_error(&out, "ERR a\r\nb"), "-ERR a  b\r\n");
    ASSERT_SAME_REPLIES(reply_error(&out, "ERR a\r\nb \n\r\n"), "-ERR a  b \r\n");
    ASSERT_SAME_REPLIES(reply_error_format(&out, "NOGROUP No such key '%.*s'", 3, "k\r\n"),
                        "-NOGROUP No such key 'k  '\r\n");
}

static void test_an_error_is_remembered(void **state)
{
    struct reply out = start(2);

    (void)state;
    assert_false(out.failed);
    reply_error_format(&out, "ERR %d", 1);
    assert_true(out.failed);
    reply_restart(&out);
    assert_false(out.failed);
    reply_error(&out, ERROR_WRONGTYPE);
    assert_true(out.failed);
}

static void test_an_endless_error_text_is_cut(void **state)
{
    static char text[10000];
    struct reply out = start(2);

    (void)state;
    memset(text, 'e', sizeof(text) - 1);
    reply_error_format(&out, "ERR %s", text);
    assert_in_range(buffer.size, 1000, 5000);
    assert_memory_equal(buffer.data + buffer.size - 3, "e\r\n", 3);
}

static void test_restart_drops_only_this_command(void **state)
{
    struct reply out = start(2);

    (void)state;
    reply_ok(&out);
    reply_init(&out, &buffer, 2);
    assert_int_equal(reply_size(&out), 0);
    reply_array(&out, 2);
    reply_integer(&out, 1);
    assert_int_equal(reply_size(&out), 8);
    reply_restart(&out);
    reply_null(&out);
    assert_bytes("+OK\r\n$-1\r\n", 10);
}

static void defer_two(struct reply *out, void (*end)(struct reply *, size_t, size_t), size_t count)
{
    size_t mark;

    reply_ok(out);
    mark = reply_defer(out);
    reply_integer(out, 1);
    reply_integer(out, 2);
    end(out, mark, count);
}

static void test_a_deferred_header_comes_before_its_elements(void **state)
{
    (void)state;
    ASSERT_SAME_REPLIES(defer_two(&out, reply_defer_array, 2), "+OK\r\n*2\r\n:1\r\n:2\r\n");
    ASSERT_REPLIES(defer_two(&out, reply_defer_map, 1), "+OK\r\n*2\r\n:1\r\n:2\r\n",
                   "+OK\r\n%1\r\n:1\r\n:2\r\n");
    ASSERT_REPLIES(defer_two(&out, reply_defer_set, 2), "+OK\r\n*2\r\n:1\r\n:2\r\n",
                   "+OK\r\n~2\r\n:1\r\n:2\r\n");
}

static void defer_nested(struct reply *out)
{
    size_t outer = reply_defer(out), inner;

    reply_bulk_text(out, "a");
    inner = reply_defer(out);
    reply_defer_array(out, inner, 0);
    inner = reply_defer(out);
    for (int i = 0; i < 11; i++)
        reply_integer(out, i % 2);
    reply_defer_array(out, inner, 11);
    reply_defer_array(out, outer, 3);
}

static void test_deferred_aggregates_nest(void **state)
{
    (void)state;
    ASSERT_SAME_REPLIES(defer_nested(&out),
                        "*3\r\n$1\r\na\r\n*0\r\n*11\r\n:0\r\n:1\r\n:0\r\n:1\r\n:0\r\n:1\r\n:0\r\n"
                        ":1\r\n:0\r\n:1\r\n:0\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple_strings_and_integers_are_the_same_in_both_protocols),
        cmocka_unit_test(test_bulks_are_binary_safe),
        cmocka_unit_test(test_a_large_bulk_comes_out_whole),
        cmocka_unit_test(test_nulls_are_of_one_kind_in_resp3),
        cmocka_unit_test(test_types_of_resp3_fall_back_in_resp2),
        cmocka_unit_test(test_aggregates_announce_their_count),
        cmocka_unit_test(test_an_error_is_one_line_whatever_was_sent),
        cmocka_unit_test(test_an_error_is_remembered),
        cmocka_unit_test(test_an_endless_error_text_is_cut),
        cmocka_unit_test(test_restart_drops_only_this_command),
        cmocka_unit_test(test_a_deferred_header_comes_before_its_elements),
        cmocka_unit_test(test_deferred_aggregates_nest),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
