/* What the set commands leave behind: events in Redis's order, and what is logged; and the random
 * choices, seen from outside. */
#include "tests/lib/unit/fake_request.h"
#include "types/set/set.h"
#include "types/set/set_commands.h"
#include "types/string/string_commands.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RUN(line, expected) assert_string_equal(fake_line(fake, (line)), (expected))

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, set_member_commands);
    fake_add_commands(fake, set_random_commands);
    fake_add_commands(fake, set_combine_commands);
    fake_add_commands(fake, string_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* The events of the last call, "new:k sadd:k". */
static const char *events(void)
{
    static char text[256];
    size_t size = 0;

    text[0] = 0;
    for (size_t i = 0; i < fake->rq.effect_count; i++)
        size +=
            (size_t)snprintf(text + size, sizeof(text) - size, "%s%s:%.*s", i ? " " : "",
                             fake->rq.effects[i].event, SPAN_ARGS(fake->rq.effects[i].key.name));
    return text;
}

static const char *logged(void)
{
    const char *text = fake_rewrite(fake, 0);

    return text ? text : fake_is_dirty(fake) ? "as it is" : "nothing";
}

static void check(const char *line, const char *reply, const char *expected_events)
{
    RUN(line, reply);
    assert_string_equal(events(), expected_events);
}

static void test_events_come_in_the_order_of_redis(void **state)
{
    (void)state;
    check("SADD s a b c", "3", "new:s sadd:s");
    check("SADD s d", "1", "sadd:s");
    check("SREM s d x", "1", "srem:s");
    check("SMOVE s t a", "1", "srem:s new:t sadd:t");
    check("SADD s a", "1", "sadd:s");
    check("SMOVE s t a", "1", "srem:s");
    check("SMOVE t s a", "1", "srem:t del:t sadd:s");
    check("SREM s a b", "2", "srem:s");
    check("SPOP s", "\"c\"", "spop:s del:s");
    check("SADD s a b c", "3", "new:s sadd:s");
    check("SPOP s 3", "[\"a\" \"b\" \"c\"]", "spop:s del:s");
    check("SADD s a", "1", "new:s sadd:s");
    check("SREM s a", "1", "srem:s del:s");
}

static void test_storing_tells_what_it_replaced(void **state)
{
    (void)state;
    RUN("SADD a 1 2 3", "3");
    RUN("SADD b 2 3 4", "3");
    check("SINTERSTORE d a b", "2", "new:d sinterstore:d");
    check("SUNIONSTORE d a b", "4", "overwritten:d sunionstore:d");
    check("SDIFFSTORE d a b", "1", "overwritten:d sdiffstore:d");
    check("SINTERSTORE d a none", "0", "del:d");
    check("SINTERSTORE d a none", "0", "");
    RUN("SET d text", "OK");
    check("SUNIONSTORE d a", "3", "overwritten:d type_changed:d sunionstore:d");
    RUN("SET d text", "OK");
    check("SDIFFSTORE d a a", "0", "del:d");
    check("SINTERSTORE a a b", "2", "overwritten:a sinterstore:a");
    RUN("SMEMBERS a", "[\"2\" \"3\"]");
}

static void test_what_changes_nothing_leaves_nothing(void **state)
{
    (void)state;
    RUN("SADD s a b", "2");
    check("SADD s a b", "0", "");
    check("SREM s x", "0", "");
    check("SREM none x", "0", "");
    check("SMOVE s t x", "0", "");
    check("SMOVE s s a", "1", "");
    check("SMOVE none s a", "0", "");
    check("SPOP s 0", "[]", "");
    check("SPOP none", "nil", "");
    check("SPOP none 5", "[]", "");
    RUN("SET k v", "OK");
    check("SMOVE s k a", "-WRONGTYPE Operation against a key holding the wrong kind of value", "");
    check("SUNIONSTORE s none k",
          "-WRONGTYPE Operation against a key holding the wrong kind of value", "");
    RUN("SCARD s", "2");
}

static void test_what_is_logged_can_be_repeated(void **state)
{
    (void)state;
    RUN("SADD s a", "1");
    assert_string_equal(logged(), "as it is");
    RUN("SPOP s", "\"a\"");
    assert_string_equal(logged(), "SREM s a");
    RUN("SADD s a b", "2");
    RUN("SPOP s 5", "[\"a\" \"b\"]");
    assert_string_equal(logged(), "DEL s");
    RUN("SPOP s 5", "[]");
    assert_string_equal(logged(), "nothing");
    RUN("SADD s 1 2 3 4 5", "5");
    RUN("SPOP s 0", "[]");
    assert_string_equal(logged(), "nothing");
    fake->flags &= ~(unsigned)REQUEST_LOGGED;
    RUN("SPOP s 5", "[\"1\" \"2\" \"3\" \"4\" \"5\"]");
    assert_null(fake_rewrite(fake, 0));
}

/* What is logged for SPOP removes exactly what was replied, in calls of bounded size. */
static void test_a_large_pop_is_logged_in_parts(void **state)
{
    char line[64];
    int removed = 0;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        snprintf(line, sizeof(line), "SADD s member:%d", i);
        fake_line(fake, line);
    }
    fake_line(fake, "SPOP s 2500");
    assert_int_equal(fake->rq.rewrite_count, 3);
    for (size_t i = 0; i < fake->rq.rewrite_count; i++) {
        const struct request_rewrite_form *form = &fake->rq.rewrites[i];

        assert_true(span_equal(form->argv[0], SPAN("SREM")));
        assert_true(form->argc <= 1026);
        removed += (int)form->argc - 2;
    }
    assert_int_equal(removed, 2500);
    RUN("SCARD s", "500");
}

static void test_each_popped_member_is_logged_alone_and_is_gone(void **state)
{
    (void)state;
    RUN("SADD s a b c d e f", "6");
    for (int i = 6; i > 1; i--) {
        char popped[32], expected[64];

        snprintf(popped, sizeof(popped), "%s", fake_line(fake, "SPOP s 1"));
        assert_int_equal(popped[0], '[');
        snprintf(expected, sizeof(expected), "SREM s %c", popped[2]);
        assert_string_equal(logged(), expected);
        snprintf(expected, sizeof(expected), "SISMEMBER s %c", popped[2]);
        RUN(expected, "0");
    }
    RUN("SCARD s", "1");
}

static void test_sets_are_sets_in_resp3(void **state)
{
    (void)state;
    fake->protocol = 3;
    RUN("SADD s 1 2", "2");
    fake_line(fake, "SMEMBERS s");
    assert_int_equal(fake->reply.data[0], '~');
    fake_line(fake, "SPOP s 1");
    assert_int_equal(fake->reply.data[0], '~');
    fake_line(fake, "SPOP s 5");
    assert_int_equal(fake->reply.data[0], '~');
    fake_line(fake, "SUNION s none");
    assert_int_equal(fake->reply.data[0], '~');
    fake_line(fake, "SRANDMEMBER none 2");
    assert_int_equal(fake->reply.data[0], '*');
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_events_come_in_the_order_of_redis),
        TEST(test_storing_tells_what_it_replaced),
        TEST(test_what_changes_nothing_leaves_nothing),
        TEST(test_what_is_logged_can_be_repeated),
        TEST(test_a_large_pop_is_logged_in_parts),
        TEST(test_each_popped_member_is_logged_alone_and_is_gone),
        TEST(test_sets_are_sets_in_resp3),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
