/* SET, its kin and the conditional commands: what they record for the rest of the server. Replies
 * are in the wire transcripts; here are effects, what is logged, replay and the clock. */
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/types/other_type.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_multi_commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RUN(fake, line, expected) assert_string_equal(fake_line((fake), (line)), (expected))

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, string_commands);
    fake_add_commands(fake, string_multi_commands);
    fake_add_commands(fake, key_commands);
    fake_add_commands(fake, expire_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* Runs the line and checks what is logged: NULL for the call as it is. */
static void check_logged(const char *line, const char *reply, const char *logged)
{
    RUN(fake, line, reply);
    assert_true(fake_is_dirty(fake));
    if (!logged) {
        assert_null(fake_rewrite(fake, 0));
        return;
    }
    assert_non_null(fake_rewrite(fake, 0));
    assert_string_equal(fake_rewrite(fake, 0), logged);
    assert_null(fake_rewrite(fake, 1));
}

static void check_nothing_recorded(const char *line, const char *reply)
{
    RUN(fake, line, reply);
    assert_int_equal(fake->rq.effect_count, 0);
    assert_int_equal(fake->rq.rewrite_count, 0);
}

static void test_a_new_key_is_announced_once_and_before_the_set(void **state)
{
    (void)state;
    RUN(fake, "SET k v", "OK");
    assert_int_equal(fake->rq.effect_count, 2);
    assert_string_equal(fake->rq.effects[0].event, "new");
    assert_int_equal(fake->rq.effects[0].flags, 0);
    assert_int_equal(fake->rq.effects[0].class, EVENT_NEW);
    assert_string_equal(fake->rq.effects[1].event, "set");
    assert_int_equal(fake->rq.effects[1].flags, EFFECT_CHANGED);
    assert_int_equal(fake->rq.effects[1].class, EVENT_STRING);
    RUN(fake, "SET k w", "OK");
    assert_int_equal(fake_events(fake, "new"), 0);
    assert_int_equal(fake_events(fake, "overwritten"), 1);
    assert_int_equal(fake_events(fake, "type_changed"), 0);
    assert_int_equal(fake_events(fake, "set"), 1);
}

static void test_replacing_another_type_is_announced_as_such(void **state)
{
    (void)state;
    other_add(fake, "k");
    RUN(fake, "SET k v", "OK");
    assert_int_equal(fake_events(fake, "overwritten"), 1);
    assert_int_equal(fake_events(fake, "type_changed"), 1);
    RUN(fake, "GET k", "\"v\"");
}

static void test_an_expiry_is_logged_as_an_absolute_time(void **state)
{
    (void)state;
    check_logged("SET k v EX 10", "OK", "SET k v PXAT 1700000010000");
    assert_int_equal(fake_events(fake, "expire"), 1);
    check_logged("SET k v PX 10", "OK", "SET k v PXAT 1700000000010");
    check_logged("SET k v EXAT 1800000000", "OK", "SET k v PXAT 1800000000000");
    check_logged("SET k v PXAT 1800000000001", "OK", "SET k v PXAT 1800000000001");
    check_logged("SETEX k 10 v", "OK", "SET k v PXAT 1700000010000");
    check_logged("PSETEX k 10 v", "OK", "SET k v PXAT 1700000000010");
    check_logged("GETEX k EX 10", "\"v\"", "PEXPIREAT k 1700000010000");
    check_logged("GETEX k PXAT 1800000000001", "\"v\"", "PEXPIREAT k 1800000000001");
    check_logged("GETEX k PERSIST", "\"v\"", "PERSIST k");
    check_logged("MSETEX 2 a 1 b 2 EX 10", "1", "MSETEX 2 a 1 b 2 PXAT 1700000010000");
}

static void test_conditions_that_held_are_not_logged(void **state)
{
    (void)state;
    check_logged("SET k v NX", "OK", "SET k v");
    check_logged("SET k w XX GET", "\"v\"", "SET k w");
    check_logged("SET k v IFEQ w", "OK", "SET k v");
    check_logged("SET k w IFDNE 0000000000000000 KEEPTTL", "OK", "SET k w KEEPTTL");
    check_logged("SET k v IFNE v PX 10", "OK", "SET k v PXAT 1700000000010");
    check_logged("MSETEX 1 a 1 NX", "1", "MSETEX 1 a 1");
    check_logged("MSETEX 1 a 1 XX KEEPTTL", "1", "MSETEX 1 a 1 KEEPTTL");
    check_logged("DELEX k IFEQ v", "1", "DEL k");
}

static void test_plain_calls_are_logged_as_they_are(void **state)
{
    (void)state;
    check_logged("SET k v", "OK", NULL);
    check_logged("SETNX n v", "1", NULL);
    check_logged("MSET a 1 b 2", "OK", NULL);
    check_logged("MSETNX c 1 d 2", "1", NULL);
    check_logged("GETSET k w", "\"v\"", "SET k w");
    check_logged("GETDEL k", "\"w\"", "DEL k");
    assert_int_equal(fake_events(fake, "del"), 1);
}

static void test_without_a_reader_no_rewrite_is_built(void **state)
{
    (void)state;
    fake->flags = 0;
    RUN(fake, "SET k v EX 10", "OK");
    assert_int_equal(fake->rq.rewrite_count, 0);
    RUN(fake, "MSETEX 1 k v EX 10", "1");
    assert_int_equal(fake->rq.rewrite_count, 0);
    RUN(fake, "GETDEL k", "\"v\"");
    assert_int_equal(fake->rq.rewrite_count, 0);
}

static void test_a_time_that_has_passed_deletes(void **state)
{
    (void)state;
    RUN(fake, "SET k v", "OK");
    check_logged("SET k w PXAT 1700000000000", "OK", "DEL k");
    assert_int_equal(fake_events(fake, "del"), 1);
    assert_int_equal(fake_events(fake, "set"), 0);
    RUN(fake, "EXISTS k", "0");
    check_nothing_recorded("SET k w PXAT 1", "OK");
    RUN(fake, "SET k v", "OK");
    check_logged("GETEX k EXAT 1", "\"v\"", "DEL k");
    assert_int_equal(fake_events(fake, "del"), 1);
    RUN(fake, "MSET a 1 b 2", "OK");
    check_logged("MSETEX 3 a 1 b 2 c 3 PXAT 1", "1", "DEL a b c");
    assert_int_equal(fake_events(fake, "del"), 2);
    RUN(fake, "EXISTS a b c", "0");
}

static void test_a_replay_sets_a_time_that_has_passed(void **state)
{
    (void)state;
    fake->flags = REQUEST_REPLAY;
    RUN(fake, "SET k v PXAT 1600000000000", "OK");
    assert_int_equal(fake_events(fake, "del"), 0);
    RUN(fake, "GET k", "\"v\"");
    RUN(fake, "PEXPIRETIME k", "1600000000000");
    fake->flags = 0;
    RUN(fake, "GET k", "nil");
    assert_int_equal(fake->rq.effects[0].flags & EFFECT_EXPIRED, EFFECT_EXPIRED);
}

static void test_an_expired_key_counts_as_missing(void **state)
{
    (void)state;
    RUN(fake, "MSETEX 2 k v m v PX 10", "1");
    fake->now_ms += 11;
    RUN(fake, "SET k w NX", "OK");
    assert_true(fake->rq.effects[0].flags & EFFECT_EXPIRED);
    assert_int_equal(fake_events(fake, "new"), 1);
    RUN(fake, "TTL k", "-1");
    RUN(fake, "MSETNX m 1 n 2", "1");
    RUN(fake, "SET k v PX 10", "OK");
    fake->now_ms += 11;
    RUN(fake, "SET k w XX", "nil");
    assert_false(fake_is_dirty(fake) && fake_events(fake, "set"));
    RUN(fake, "SET k v PX 10", "OK");
    fake->now_ms += 11;
    RUN(fake, "GETDEL k", "nil");
    assert_int_equal(fake_events(fake, "del"), 0);
}

static void test_the_expiry_ends_at_its_millisecond(void **state)
{
    (void)state;
    RUN(fake, "SET k v PX 10", "OK");
    fake->now_ms += 9;
    RUN(fake, "GET k", "\"v\"");
    RUN(fake, "PTTL k", "1");
    fake->now_ms += 2;
    RUN(fake, "GET k", "nil");
}

static void test_refused_calls_record_nothing(void **state)
{
    static const char *const lines[][2] = {
        {"SET k w NX", "nil"},
        {"SET none w XX", "nil"},
        {"SET k w IFEQ x", "nil"},
        {"SET k w IFNE v GET", "\"v\""},
        {"SET k w EX 0", "-ERR invalid expire time in 'set' command"},
        {"SET k w EX 10 NX", "nil"},
        {"SETEX k 0 w", "-ERR invalid expire time in 'setex' command"},
        {"SETNX k w", "0"},
        {"MSETNX a 1 k 2", "0"},
        {"MSETEX 2 a 1 k 2 NX", "0"},
        {"MSETEX 2 a 1 k 2 XX", "0"},
        {"MSET a 1 b", "-ERR wrong number of arguments for 'mset' command"},
        {"GETEX k", "\"v\""},
        {"GETEX k PERSIST", "\"v\""},
        {"GETEX none EX 10", "nil"},
        {"GETEX k EX 0", "-ERR invalid expire time in 'getex' command"},
        {"GETDEL none", "nil"},
        {"DELEX k IFEQ w", "0"},
        {"DELEX none", "0"},
    };

    (void)state;
    RUN(fake, "SET k v", "OK");
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        check_nothing_recorded(lines[i][0], lines[i][1]);
    RUN(fake, "MGET k a", "[\"v\" nil]");
    RUN(fake, "TTL k", "-1");
}

static void test_wrong_types_are_left_alone(void **state)
{
    static const char *const lines[] = {"GET k",      "SET k v GET", "SET k v IFEQ v",
                                        "GETSET k v", "GETDEL k",    "GETEX k EX 10",
                                        "STRLEN k",   "DIGEST k",    "SET k v IFDEQ short"};

    (void)state;
    other_add(fake, "k");
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        check_nothing_recorded(
            lines[i], "-WRONGTYPE Operation against a key holding the wrong kind of value");
    RUN(fake, "TYPE k", "stream");
    RUN(fake, "MGET k", "[nil]");
}

static void test_a_key_named_twice_is_new_once(void **state)
{
    (void)state;
    RUN(fake, "MSET a 1 a 2", "OK");
    assert_int_equal(fake_events(fake, "new"), 1);
    assert_int_equal(fake_events(fake, "set"), 2);
    RUN(fake, "GET a", "\"2\"");
}

static void test_resp3_nulls(void **state)
{
    (void)state;
    fake->protocol = 3;
    RUN(fake, "GET none", "nil");
    assert_int_equal(fake->reply.size, 3);
    RUN(fake, "SET none v XX", "nil");
    assert_int_equal(fake->reply.data[0], '_');
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_a_new_key_is_announced_once_and_before_the_set),
        CASE(test_replacing_another_type_is_announced_as_such),
        CASE(test_an_expiry_is_logged_as_an_absolute_time),
        CASE(test_conditions_that_held_are_not_logged),
        CASE(test_plain_calls_are_logged_as_they_are),
        CASE(test_without_a_reader_no_rewrite_is_built),
        CASE(test_a_time_that_has_passed_deletes),
        CASE(test_a_replay_sets_a_time_that_has_passed),
        CASE(test_an_expired_key_counts_as_missing),
        CASE(test_the_expiry_ends_at_its_millisecond),
        CASE(test_refused_calls_record_nothing),
        CASE(test_wrong_types_are_left_alone),
        CASE(test_a_key_named_twice_is_new_once),
        CASE(test_resp3_nulls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
