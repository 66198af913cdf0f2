/* What the list commands leave behind: events in Redis's order, what is logged, what parks. */
#include "tests/lib/unit/fake_request.h"
#include "types/list/list.h"
#include "types/list/list_commands.h"
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
    fake_add_commands(fake, list_push_commands);
    fake_add_commands(fake, list_pop_commands);
    fake_add_commands(fake, list_read_commands);
    fake_add_commands(fake, list_edit_commands);
    fake_add_commands(fake, list_move_commands);
    fake_add_commands(fake, string_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* The events of the last call, "new:k lpush:k". */
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

static void test_events_come_in_the_order_of_redis(void **state)
{
    (void)state;
    RUN("LPUSH k a b c", "3");
    assert_string_equal(events(), "new:k lpush:k");
    RUN("RPUSH k d", "4");
    assert_string_equal(events(), "rpush:k");
    RUN("LMOVE k d LEFT RIGHT", "\"c\"");
    assert_string_equal(events(), "new:d rpush:d lpop:k");
    RUN("LMOVE d k LEFT RIGHT", "\"c\"");
    assert_string_equal(events(), "rpush:k lpop:d del:d");
    RUN("LMOVE k k LEFT RIGHT", "\"b\"");
    assert_string_equal(events(), "rpush:k lpop:k");
    RUN("LSET k 0 x", "OK");
    assert_string_equal(events(), "lset:k");
    RUN("LINSERT k AFTER x y", "5");
    assert_string_equal(events(), "linsert:k");
    RUN("LREM k 0 y", "1");
    assert_string_equal(events(), "lrem:k");
    RUN("LTRIM k 0 0", "OK");
    assert_string_equal(events(), "ltrim:k");
    RUN("LREM k 0 x", "1");
    assert_string_equal(events(), "lrem:k del:k");
    RUN("RPUSH k a b", "2");
    RUN("LMOVEM k d RIGHT LEFT COUNT 2 BULK", "[\"a\" \"b\"]");
    assert_string_equal(events(), "new:d lpush:d rpop:k del:k");
    RUN("LTRIM d 5 9", "OK");
    assert_string_equal(events(), "ltrim:d del:d");
    RUN("RPUSH k a", "1");
    RUN("BLPOP k 0", "[\"k\" \"a\"]");
    assert_string_equal(events(), "lpop:k del:k");
}

static void test_what_changes_nothing_leaves_nothing(void **state)
{
    (void)state;
    RUN("RPUSH k a b", "2");
    RUN("LREM k 0 x", "0");
    assert_string_equal(events(), "");
    RUN("LINSERT k AFTER x y", "-1");
    assert_string_equal(events(), "");
    RUN("LPOP k 0", "[]");
    assert_string_equal(events(), "");
    RUN("LPUSHX none a", "0");
    assert_string_equal(events(), "");
    RUN("LMOVEM k d LEFT LEFT EXACTLY 3 OBO", "nil");
    assert_string_equal(events(), "");
    RUN("LTRIM k 0 -1", "OK");
    assert_string_equal(events(), "ltrim:k");
    assert_false(fake_is_dirty(fake));
}

static void test_what_is_logged_can_be_repeated(void **state)
{
    (void)state;
    RUN("RPUSH k a b c d e f g h i j", "10");
    assert_string_equal(logged(), "as it is");
    RUN("LPOP k", "\"a\"");
    assert_string_equal(logged(), "as it is");
    RUN("BLPOP none k 0", "[\"k\" \"b\"]");
    assert_string_equal(logged(), "LPOP k");
    RUN("BRPOP k 0", "[\"k\" \"j\"]");
    assert_string_equal(logged(), "RPOP k");
    RUN("LMPOP 1 k RIGHT COUNT 2", "[\"k\" [\"i\" \"h\"]]");
    assert_string_equal(logged(), "RPOP k 2");
    RUN("BLMPOP 0 2 none k LEFT", "[\"k\" [\"c\"]]");
    assert_string_equal(logged(), "LPOP k 1");
    RUN("BLMOVE k d LEFT RIGHT 0", "\"d\"");
    assert_string_equal(logged(), "LMOVE k d LEFT RIGHT");
    RUN("BRPOPLPUSH k d 0", "\"g\"");
    assert_string_equal(logged(), "LMOVE k d RIGHT LEFT");
    RUN("BLMOVEM k d LEFT RIGHT 0 COUNT 9 OBO", "[\"e\" \"f\"]");
    assert_string_equal(logged(), "LMOVEM k d LEFT RIGHT EXACTLY 2 OBO");
    RUN("LMOVEM d k LEFT RIGHT COUNT 2 BULK", "[\"g\" \"d\"]");
    assert_string_equal(logged(), "as it is");
    RUN("BLMOVEM d k LEFT RIGHT 0", "[\"e\"]");
    assert_string_equal(logged(), "LMOVEM d k LEFT RIGHT EXACTLY 1 OBO");
}

static void test_a_call_with_nothing_to_take_parks_at_its_keys(void **state)
{
    (void)state;
    RUN("BLPOP a b 1.5", "(waits)");
    assert_int_equal(fake->rq.wait_count, 2);
    assert_int_equal(fake->rq.wait_deadline_ms, FAKE_START_MS + 1500);
    RUN("BLMPOP 0 2 a b LEFT", "(waits)");
    assert_int_equal(fake->rq.wait_deadline_ms, 0);
    RUN("BLMOVE a b LEFT LEFT 0", "(waits)");
    assert_int_equal(fake->rq.wait_count, 1);
    assert_true(span_is(fake->rq.wait[0].key.name, "a"));
    RUN("BLMOVEM a b LEFT LEFT 0 EXACTLY 7 OBO", "(waits)");
    assert_int_equal(fake->rq.wait[0].threshold[0], 7);
    RUN("BRPOPLPUSH a b 0.0001", "(waits)"); /* never rounded down to for ever */
    assert_int_equal(fake->rq.wait_deadline_ms, FAKE_START_MS + 1);
}

static void test_where_waiting_is_refused_the_answer_is_null(void **state)
{
    (void)state;
    fake->flags |= REQUEST_NO_WAIT;
    RUN("BLPOP a 0", "nil");
    assert_string_equal(fake->reply.data[0] == '*' ? "array" : "bulk", "array");
    RUN("BLMPOP 0 1 a LEFT", "nil");
    RUN("BLMOVE a b LEFT LEFT 0", "nil");
    assert_string_equal(fake->reply.data[0] == '*' ? "array" : "bulk", "bulk");
    RUN("BLMOVEM a b LEFT LEFT 0", "nil");
    RUN("BRPOPLPUSH a b 0", "nil");
}

static void test_a_session_that_waits_passes_over_keys_of_other_types(void **state)
{
    (void)state;
    RUN("SET s v", "OK");
    RUN("RPUSH k a", "1");
    fake->flags |= REQUEST_RETRY;
    RUN("BLPOP s none 0", "(waits)");
    RUN("BLMOVE s k LEFT LEFT 0", "(waits)");
    RUN("BLPOP s k 0", "[\"k\" \"a\"]");
}

static void test_digest_and_copy_follow_the_elements(void **state)
{
    struct list *a = list_new(), *b;

    (void)state;
    fake->settings.list_max_listpack_size = 2;
    for (int i = 0; i < 9; i++)
        list_push(a, LIST_TAIL, SPAN("x"), &fake->settings);
    b = list_type.copy(a);
    assert_string_equal(list_type.encoding(b), "quicklist");
    assert_int_equal(list_type.free_effort(b), 5);
    list_type.free(a);
    assert_int_equal(list_count(b), 9);
    list_type.free(b);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_events_come_in_the_order_of_redis),
        TEST(test_what_changes_nothing_leaves_nothing),
        TEST(test_what_is_logged_can_be_repeated),
        TEST(test_a_call_with_nothing_to_take_parks_at_its_keys),
        TEST(test_where_waiting_is_refused_the_answer_is_null),
        TEST(test_a_session_that_waits_passes_over_keys_of_other_types),
        TEST(test_digest_and_copy_follow_the_elements),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
