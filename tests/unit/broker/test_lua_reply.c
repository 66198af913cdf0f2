/* Replies as Lua values, and back: what a script gets of a call and returns as it is reaches the
 * client as if the script had not been there. */
#include "broker/script/lua/sandbox.h"
#include "broker/script/lua_reply.h"
#include "core/base/mem.h"
#include "core/hash/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

struct passing {
    struct span in;
    struct reply *out;
    int protocol; /* of the script */
    const char *code;
};

static int pass(lua_State *lua)
{
    struct passing *passing = lua_touserdata(lua, 1);

    lua_reply_push(lua, passing->in);
    lua_reply_write(lua, passing->out, passing->protocol);
    return 0;
}

static int run_code(lua_State *lua)
{
    struct passing *passing = lua_touserdata(lua, 1);

    assert_int_equal(sandbox_load(sandbox_of(lua), passing->code, strlen(passing->code), "@t"), 0);
    assert_int_equal(sandbox_call(sandbox_of(lua), 0, 1, 0), 0);
    lua_reply_write(lua, passing->out, passing->protocol);
    return 0;
}

static struct sandbox *box;

static int set_up(void **state)
{
    (void)state;
    box = sandbox_new(NULL);
    return box ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    sandbox_free(box);
    return 0;
}

/* What becomes of a reply that a script passes on; good until the next call. */
static const char *passed(const char *in, size_t size, int protocol)
{
    static struct buffer bytes;
    struct reply out;
    struct passing passing = {.in = span_of(in, size), .out = &out, .protocol = protocol};

    buffer_clear(&bytes);
    reply_init(&out, &bytes, protocol);
    assert_int_equal(sandbox_protect(box, pass, &passing), 0);
    assert_int_equal(lua_gettop(sandbox_state(box)), 0);
    buffer_append_byte(&bytes, '\0');
    return bytes.data;
}

static const char *returned(const char *code, int client, int protocol)
{
    static struct buffer bytes;
    struct reply out;
    struct passing passing = {.out = &out, .protocol = protocol, .code = code};

    buffer_clear(&bytes);
    reply_init(&out, &bytes, client);
    assert_int_equal(sandbox_protect(box, run_code, &passing), 0);
    buffer_append_byte(&bytes, '\0');
    return bytes.data;
}

static void test_a_reply_that_a_script_passes_on_is_the_same(void **state)
{
    static const char *const replies[] = {
        ":0\r\n",
        ":-9007199254740992\r\n",
        "$0\r\n\r\n",
        "$3\r\na\r\n\r\n",
        "$-1\r\n",
        "+OK\r\n",
        "-ERR no\r\n",
        "*0\r\n",
        "*3\r\n:1\r\n$-1\r\n*1\r\n+x\r\n",
        "*2\r\n*2\r\n$1\r\na\r\n:1\r\n-WRONG x\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        assert_string_equal(passed(replies[i], strlen(replies[i]), 2), replies[i]);
}

static void test_values_of_resp3_are_the_same_too(void **state)
{
    static const char *const replies[] = {
        "_\r\n",
        "#t\r\n",
        "#f\r\n",
        ",1.5\r\n",
        ",inf\r\n",
        "%1\r\n$1\r\na\r\n:1\r\n",
        "%1\r\n+k\r\n%1\r\n:1\r\n~1\r\n$1\r\nx\r\n",
        "~1\r\n$1\r\na\r\n",
        "(123456789012345678901234567890\r\n",
        "=6\r\nmkd:ab\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        if (i != 6) /* a key that is {ok = "k"} is a table of its own */
            assert_string_equal(passed(replies[i], strlen(replies[i]), 3), replies[i]);
}

static void test_numbers_lose_their_fraction_and_what_is_too_large_is_the_least(void **state)
{
    (void)state;
    assert_string_equal(returned("return 3.99", 2, 2), ":3\r\n");
    assert_string_equal(returned("return -3.99", 2, 2), ":-3\r\n");
    assert_string_equal(returned("return 1e300", 2, 2), ":-9223372036854775808\r\n");
    assert_string_equal(returned("return 0/0", 2, 2), ":-9223372036854775808\r\n");
}

static void test_booleans_are_one_and_null_unless_the_script_asked_for_resp3(void **state)
{
    (void)state;
    assert_string_equal(returned("return {true, false}", 2, 2), "*2\r\n:1\r\n$-1\r\n");
    assert_string_equal(returned("return {true, false}", 3, 2), "*2\r\n:1\r\n_\r\n");
    assert_string_equal(returned("return {true, false}", 3, 3), "*2\r\n#t\r\n#f\r\n");
    assert_string_equal(returned("return {true, false}", 2, 3), "*2\r\n:1\r\n:0\r\n");
}

static void test_an_array_ends_before_its_first_nil(void **state)
{
    (void)state;
    assert_string_equal(returned("return {1, nil, 3}", 2, 2), "*1\r\n:1\r\n");
    assert_string_equal(returned("return {a = 1}", 2, 2), "*0\r\n");
}

static void test_a_line_has_no_line_ends_in_it(void **state)
{
    (void)state;
    assert_string_equal(returned("return {ok = 'a\\r\\nb'}", 2, 2), "+a  b\r\n");
    assert_string_equal(returned("return {err = 'E a\\nb'}", 2, 2), "-E a b\r\n");
    assert_string_equal(returned("return {big_number = '1\\n2'}", 3, 2), "(1 2\r\n");
}

static void test_a_table_in_itself_ends_at_the_limit(void **state)
{
    const char *bytes;
    size_t depth = 0;

    (void)state;
    bytes = returned("local t = {} t[1] = t return t", 2, 2);
    while (strncmp(bytes, "*1\r\n", 4) == 0) {
        depth++;
        bytes += 4;
    }
    assert_in_range(depth, 100, LUA_REPLY_DEPTH_LIMIT);
    assert_string_equal(bytes, "-ERR reached lua stack limit\r\n");
    bytes = returned("local t = {} t.map = {x = t} return t", 3, 2);
    assert_non_null(strstr(bytes, "-ERR reached lua stack limit\r\n"));
}

/* A random reply of RESP2, appended. */
static void append_reply(struct buffer *bytes, struct random *random, int depth)
{
    uint64_t kind = random_below(random, depth > 4 ? 4 : 6), size = random_below(random, 6);

    switch (kind) {
    case 0:
        buffer_printf(bytes, ":%lld\r\n", (long long)random_below(random, 1000000) - 500000);
        break;
    case 1:
        buffer_printf(bytes, "$%d\r\n%.*s\r\n", (int)size, (int)size, "\r\n:+xy");
        break;
    case 2:
        buffer_printf(bytes, "+S%.*s\r\n", (int)size, "tatus");
        break;
    case 3:
        buffer_printf(bytes, "$-1\r\n");
        break;
    default:
        buffer_printf(bytes, "*%d\r\n", (int)size);
        for (uint64_t i = 0; i < size; i++)
            append_reply(bytes, random, depth + 1);
    }
}

/* A few tables that hold each other twice are a reply without end. */
static void test_more_values_than_the_limit_raise_an_error(void **state)
{
    static struct buffer bytes;
    struct reply out;
    struct passing passing = {
        .out = &out,
        .protocol = 2,
        .code = "local t = {} for i = 1, 4000 do t[i] = i end for i = 1, 60 do t = {t, t} end "
                "return t",
    };

    (void)state;
    reply_init(&out, &bytes, 2);
    assert_int_equal(sandbox_protect(box, run_code, &passing), LUA_ERRRUN);
    assert_string_equal(lua_tostring(sandbox_state(box), -1), "the reply is too large");
    lua_pop(sandbox_state(box), 1);
    buffer_release(&bytes);
}

static void test_random_replies_pass_unchanged(void **state)
{
    uint64_t seed = (uint64_t)time(NULL);
    struct buffer bytes = {0};
    struct random random;

    (void)state;
    printf("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int i = 0; i < 2000; i++) {
        buffer_clear(&bytes);
        append_reply(&bytes, &random, 0);
        buffer_append_byte(&bytes, '\0');
        assert_string_equal(passed(bytes.data, bytes.size - 1, 2), bytes.data);
    }
    buffer_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reply_that_a_script_passes_on_is_the_same),
        cmocka_unit_test(test_values_of_resp3_are_the_same_too),
        cmocka_unit_test(test_numbers_lose_their_fraction_and_what_is_too_large_is_the_least),
        cmocka_unit_test(test_booleans_are_one_and_null_unless_the_script_asked_for_resp3),
        cmocka_unit_test(test_an_array_ends_before_its_first_nil),
        cmocka_unit_test(test_a_line_has_no_line_ends_in_it),
        cmocka_unit_test(test_a_table_in_itself_ends_at_the_limit),
        cmocka_unit_test(test_more_values_than_the_limit_raise_an_error),
        cmocka_unit_test(test_random_replies_pass_unchanged),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
