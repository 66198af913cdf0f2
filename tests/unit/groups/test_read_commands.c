/* test_read_commands.c - XREADGROUP: new entries, history, claims, budgets, and waiting. */
#include "says.h"

static void test_bad_calls_get_the_error_of_the_first_check_that_fails(void **state)
{
    struct fake *f = start();

    (void)state;
    add_text(f);
    add_entries(f, 1);
    says(f, "XREADGROUP COUNT 1 BLOCK 1 STREAMS s >", "-ERR Missing GROUP option for XREADGROUP");
    says(f, "XREADGROUP GROUP g c COUNT 1 s >", "-ERR syntax error");
    says(f, "XREADGROUP GROUP g c STREAMS s s >",
         "-ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be "
         "specified.");
    says(f, "XREADGROUP GROUP g c CLAIM x STREAMS s >",
         "-ERR min-idle-time is not an integer or out of range");
    says(f, "XREADGROUP GROUP g c CLAIM -1 STREAMS s >",
         "-ERR min-idle-time must be a positive integer");
    says(f, "XREADGROUP GROUP g c BLOCK x STREAMS s >",
         "-ERR timeout is not an integer or out of range");
    says(f, "XREADGROUP GROUP g c BLOCK -1 STREAMS s >", "-ERR timeout is negative");
    says(f, "XREADGROUP GROUP g c COUNT x STREAMS s >",
         "-ERR value is not an integer or out of range");
    says(f, "XREADGROUP GROUP g c MAXCOUNT 0 STREAMS s >",
         "-ERR MAXCOUNT must be a positive integer");
    says(f, "XREADGROUP GROUP g c MAXSIZE 0 STREAMS s >",
         "-ERR MAXSIZE must be a positive integer");
    says(f, "XREADGROUP GROUP g c COUNT 2 MAXCOUNT 1 STREAMS s >",
         "-ERR MAXCOUNT must be greater than or equal to COUNT");
    says(f, "XREADGROUP GROUP g c STREAMS text >", WRONGTYPE);
    says(f, "XREADGROUP GROUP g c STREAMS nokey >",
         "-NOGROUP No such key 'nokey' or consumer group 'g' in XREADGROUP with GROUP option");
    says(f, "XREADGROUP GROUP nope c STREAMS s x",
         "-NOGROUP No such key 's' or consumer group 'nope' in XREADGROUP with GROUP option");
    says(f, "XREADGROUP GROUP g c STREAMS s x", BAD_ID);
    says(f, "XREADGROUP GROUP g c STREAMS s $",
         "-ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history "
         "of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ "
         "ID would just return an empty result set.");
    says(f, "XREADGROUP GROUP g c STREAMS s +",
         "-ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history "
         "of this consumer by specifying a proper ID, or use the > ID to get new messages. The + "
         "ID would just return an empty result set.");
    says(f, "XINFO CONSUMERS s g", "[]");
    fake_free(f);
}

/* One bad key of several must not leave the others read. */
static void test_a_failing_key_leaves_the_streams_before_it_untouched(void **state)
{
    static const char *const calls[] = {
        "XREADGROUP GROUP g c STREAMS s text > >",
        "XREADGROUP GROUP g c STREAMS s nokey > >",
        "XREADGROUP GROUP g c STREAMS s s > x",
    };
    struct fake *f = start();

    (void)state;
    add_text(f);
    add_entries(f, 2);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fake_line(f, calls[i])[0], '-');
        assert_int_equal(f->rq.effect_count, 0);
    }
    says(f, "XINFO GROUPS s",
         "[[\"name\" \"g\" \"consumers\" 0 \"pending\" 0 \"last-delivered-id\" \"0-0\" "
         "\"entries-read\" nil \"lag\" 2]]");
    fake_free(f);
}

static void test_count_limits_what_one_call_takes(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
         "[[\"s\" [[\"1-0\" [\"f\" \"v1\"]] [\"2-0\" [\"f\" \"v2\"]]]]]");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(fake_events(f, "xgroup-createconsumer"), 1);
    says(f, "XREADGROUP GROUP g d COUNT 0 STREAMS s >", "[[\"s\" [[\"3-0\" [\"f\" \"v3\"]]]]]");
    says(f, "XREADGROUP GROUP g d STREAMS s >", "nil");
    fake_free(f);
}

static void test_resp3_gives_a_map(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1);
    f->protocol = 3;
    says(f, "XREADGROUP GROUP g c STREAMS s s > 0",
         "{\"s\" [[\"1-0\" [\"f\" \"v1\"]]] \"s\" [[\"1-0\" [\"f\" \"v1\"]]]}");
    says(f, "XREADGROUP GROUP g c STREAMS s >", "nil");
    fake_free(f);
}

static void test_noack_delivers_without_a_record(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 2);
    says_like(f, "XREADGROUP GROUP g c NOACK STREAMS s >", "[[\"s\" [[\"1-0\"");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    says(f, "XPENDING s g", "[0 nil nil nil]");
    says(f, "XINFO CONSUMERS s g", "[[\"name\" \"c\" \"pending\" 0 \"idle\" 0 \"inactive\" -1]]");
    says_like(f, "XINFO GROUPS s",
              "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 0 \"last-delivered-id\" \"2-0\"");
    fake_free(f);
}

static void test_history_gives_the_consumers_own_entries_and_counts_them(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 4);
    says_like(f, "XREADGROUP GROUP g c COUNT 2 STREAMS s >", "[[\"s\" [[");
    says_like(f, "XREADGROUP GROUP g d COUNT 1 STREAMS s >", "[[\"s\" [[");
    says(f, "XDEL s 1-0", "1");
    f->now_ms += 50;
    says(f, "XREADGROUP GROUP g c BLOCK 0 NOACK CLAIM 0 STREAMS s 0",
         "[[\"s\" [[\"1-0\" nil] [\"2-0\" [\"f\" \"v2\"]]]]]");
    assert_int_equal(effects(f), EFFECT_DIRTY); /* counts and times survive a restart */
    assert_null(f->rq.wait);
    says(f, "XPENDING s g - + 9",
         "[[\"1-0\" \"c\" 50 1] [\"2-0\" \"c\" 0 2] [\"3-0\" \"d\" 50 1]]");
    says(f, "XREADGROUP GROUP g c COUNT 1 STREAMS s 1-0", "[[\"s\" [[\"2-0\" [\"f\" \"v2\"]]]]]");
    says(f, "XREADGROUP GROUP g c STREAMS s 2-0", "[[\"s\" []]]");
    says(f, "XREADGROUP GROUP g c STREAMS s 18446744073709551615-18446744073709551615",
         "[[\"s\" []]]");
    says(f, "XINFO CONSUMERS s g",
         "[[\"name\" \"c\" \"pending\" 2 \"idle\" 0 \"inactive\" 50] "
         "[\"name\" \"d\" \"pending\" 1 \"idle\" 50 \"inactive\" 50]]");
    fake_free(f);
}

/* New entries of one stream and history of another in one call: each gets its own answer. */
static void test_new_entries_and_history_mix_in_one_call(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1);
    says(f, "XGROUP CREATE t g 0 MKSTREAM", "OK");
    says(f, "XREADGROUP GROUP g c BLOCK 0 STREAMS s t > 0",
         "[[\"s\" [[\"1-0\" [\"f\" \"v1\"]]]] [\"t\" []]]");
    says(f, "XREADGROUP GROUP g c BLOCK 0 STREAMS t s > 0", "[[\"s\" [[\"1-0\" [\"f\" \"v1\"]]]]]");
    assert_null(f->rq.wait);
    fake_free(f);
}

static void test_maxcount_is_a_budget_over_all_streams(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 2);
    says(f, "XADD t 1-0 f a", "\"1-0\"");
    says(f, "XADD t 2-0 f b", "\"2-0\"");
    says(f, "XGROUP CREATE t g 0", "OK");
    says(f, "XGROUP CREATE u g 0 MKSTREAM", "OK");
    says(f, "XREADGROUP GROUP g c COUNT 2 MAXCOUNT 3 STREAMS s t u > > >",
         "[[\"s\" [[\"1-0\" [\"f\" \"v1\"]] [\"2-0\" [\"f\" \"v2\"]]]] "
         "[\"t\" [[\"1-0\" [\"f\" \"a\"]]]]]");
    says(f, "XINFO CONSUMERS u g", "[]"); /* not reached: no consumer */
    fake_free(f);
}

static void test_maxsize_lets_the_first_entry_out_and_ends_the_reply(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XGROUP CREATE t g 0 MKSTREAM", "OK");
    says(f, "XREADGROUP GROUP g c MAXSIZE 1 STREAMS s t > 0",
         "[[\"s\" [[\"1-0\" [\"f\" \"v1\"]]]]]");
    says_like(f, "XINFO GROUPS s",
              "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 1 \"last-delivered-id\" \"1-0\"");
    fake_free(f);
}

/* Streams of options: a group and a consumer may bear the names of options. */
static void test_a_consumer_may_be_named_streams(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-0 f a", "\"1-0\"");
    says(f, "XADD s 2-0 f b", "\"2-0\"");
    says(f, "XGROUP CREATE s STREAMS 0", "OK");
    says(f, "XREADGROUP GROUP STREAMS STREAMS COUNT 1 STREAMS s >",
         "[[\"s\" [[\"1-0\" [\"f\" \"a\"]]]]]");
    says(f, "XREADGROUP COUNT 1 GROUP STREAMS STREAMS STREAMS s >",
         "[[\"s\" [[\"2-0\" [\"f\" \"b\"]]]]]");
    says(f, "XPENDING s STREAMS", "[2 \"1-0\" \"2-0\" [[\"STREAMS\" \"2\"]]]");
    fake_free(f);
}

static void test_the_keys_are_found_behind_a_consumer_named_streams(void **state)
{
    struct fake *f = start();
    struct span argv[] = {SPAN("XREADGROUP"), SPAN("COUNT"),   SPAN("1"),       SPAN("GROUP"),
                          SPAN("streams"),    SPAN("STREAMS"), SPAN("STREAMS"), SPAN("a"),
                          SPAN("b"),          SPAN(">"),       SPAN(">")};
    struct command_key *keys;

    (void)state;
    assert_int_equal(command_find_keys(&group_read_commands[0], 11, argv, f->arena, &keys), 2);
    assert_int_equal(keys[0].at, 7);
    assert_int_equal(keys[1].at, 8);
    fake_free(f);
}

/* --- CLAIM */

static void test_claim_takes_released_then_oldest_then_new(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 6);
    says_like(f, "XREADGROUP GROUP g a COUNT 2 STREAMS s >", "[[\"s\" [[");
    f->now_ms += 1000;
    says_like(f, "XREADGROUP GROUP g b COUNT 2 STREAMS s >", "[[\"s\" [[");
    f->now_ms += 1000;
    says(f, "XNACK s g FAIL IDS 1 4-0", "1");
    says(f, "XREADGROUP GROUP g c COUNT 4 CLAIM 1500 STREAMS s >",
         "[[\"s\" [[\"4-0\" [\"f\" \"v4\"] 1700000002000 1] [\"1-0\" [\"f\" \"v1\"] 2000 1] "
         "[\"2-0\" [\"f\" \"v2\"] 2000 1] [\"5-0\" [\"f\" \"v5\"] 0 0]]]]");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    says(f, "XPENDING s g - + 10",
         "[[\"1-0\" \"c\" 0 2] [\"2-0\" \"c\" 0 2] [\"3-0\" \"b\" 1000 1] [\"4-0\" \"c\" 0 2] "
         "[\"5-0\" \"c\" 0 1]]");
    fake_free(f);
}

/* min-idle 0 makes what was just claimed claimable: the call must still end. */
static void test_claim_with_no_idle_time_takes_everything_once(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says_like(f, "XREADGROUP GROUP g a STREAMS s >", "[[\"s\" [[");
    says(f, "XREADGROUP GROUP g a CLAIM 0 NOACK STREAMS s >",
         "[[\"s\" [[\"1-0\" [\"f\" \"v1\"] 0 1] [\"2-0\" [\"f\" \"v2\"] 0 1] [\"3-0\" [\"f\" "
         "\"v3\"] 0 1]]]]");
    says(f, "XPENDING s g", "[3 \"1-0\" \"3-0\" [[\"a\" \"3\"]]]");
    fake_free(f);
}

static void test_claim_passes_over_deleted_entries(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says_like(f, "XREADGROUP GROUP g a STREAMS s >", "[[\"s\" [[");
    says(f, "XDEL s 1-0 3-0", "2");
    says(f, "XREADGROUP GROUP g b CLAIM 0 STREAMS s >", "[[\"s\" [[\"2-0\" [\"f\" \"v2\"] 0 1]]]]");
    says(f, "XPENDING s g", "[3 \"1-0\" \"3-0\" [[\"a\" \"2\"] [\"b\" \"1\"]]]");
    fake_free(f);
}

/* --- Waiting */

static void test_a_call_with_nothing_to_give_waits_in_the_queue_of_its_group(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XGROUP CREATE s g 0 MKSTREAM", "OK");
    says(f, "XREADGROUP GROUP g c BLOCK 500 STREAMS s >", "(waits)");
    assert_int_equal(f->rq.wait_count, 1);
    assert_true(span_equal(f->rq.wait[0].lane, SPAN("g")));
    assert_true(span_equal(f->rq.wait[0].key.name, SPAN("s")));
    assert_int_equal(f->rq.wait[0].kind, WAIT_TAKE);
    assert_int_equal(f->rq.wait[0].retry_at_ms, 0);
    assert_int_equal(f->rq.wait_deadline_ms, f->now_ms + 500);
    assert_int_equal(fake_events(f, "xgroup-createconsumer"), 1);
    says(f, "XREADGROUP GROUP g c BLOCK 0 STREAMS s >", "(waits)");
    assert_int_equal(f->rq.wait_deadline_ms, 0);
    says(f, "XREADGROUP GROUP g c STREAMS s >", "nil");
    f->flags |= REQUEST_NO_WAIT;
    says(f, "XREADGROUP GROUP g c BLOCK 0 STREAMS s >", "nil");
    fake_free(f);
}

static void test_a_claiming_reader_comes_back_when_the_first_entry_is_idle_enough(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 2);
    says_like(f, "XREADGROUP GROUP g a COUNT 1 STREAMS s >", "[[\"s\" [[");
    f->now_ms += 300;
    says_like(f, "XREADGROUP GROUP g a COUNT 1 STREAMS s >", "[[\"s\" [[");
    says(f, "XREADGROUP GROUP g b BLOCK 0 CLAIM 1000 STREAMS s >", "(waits)");
    assert_int_equal(f->rq.wait[0].kind, WAIT_TAKE_CLAIM);
    assert_int_equal(f->rq.wait[0].retry_at_ms, f->now_ms + 700);
    says(f, "XACK s g 1-0 2-0", "2");
    says(f, "XREADGROUP GROUP g b BLOCK 0 CLAIM 1000 STREAMS s >", "(waits)");
    assert_int_equal(f->rq.wait[0].retry_at_ms, f->now_ms + 1000);
    says(f, "XREADGROUP GROUP g b BLOCK 0 CLAIM 0 STREAMS s >", "(waits)");
    assert_true(f->rq.wait[0].retry_at_ms > f->now_ms); /* not at once again */
    says(f, "XREADGROUP GROUP g b BLOCK 0 CLAIM 9223372036854775807 STREAMS s >", "(waits)");
    assert_true(f->rq.wait[0].retry_at_ms == INT64_MAX);
    fake_free(f);
}

/* What a parked reader finds when it is tried again after its key or group went. */
static void test_a_further_attempt_tells_that_key_or_group_is_gone(void **state)
{
    const char *call = "XREADGROUP GROUP g c BLOCK 0 STREAMS s >";
    struct fake *f = start();

    (void)state;
    says(f, "XGROUP CREATE s g 0 MKSTREAM", "OK");
    says(f, call, "(waits)");
    f->flags |= REQUEST_RETRY;
    says(f, call, "(waits)");
    says(f, "XGROUP DESTROY s g", "1");
    says(f, call, "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option");
    keyspace_delete(fake_request(f), fake_key(f, "s"), false);
    says(f, call, "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option");
    keyspace_set_string(fake_request(f), fake_key(f, "s"), SPAN("x"), false);
    says(f, call, WRONGTYPE);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_calls_get_the_error_of_the_first_check_that_fails),
        cmocka_unit_test(test_a_failing_key_leaves_the_streams_before_it_untouched),
        cmocka_unit_test(test_count_limits_what_one_call_takes),
        cmocka_unit_test(test_resp3_gives_a_map),
        cmocka_unit_test(test_noack_delivers_without_a_record),
        cmocka_unit_test(test_history_gives_the_consumers_own_entries_and_counts_them),
        cmocka_unit_test(test_new_entries_and_history_mix_in_one_call),
        cmocka_unit_test(test_maxcount_is_a_budget_over_all_streams),
        cmocka_unit_test(test_maxsize_lets_the_first_entry_out_and_ends_the_reply),
        cmocka_unit_test(test_a_consumer_may_be_named_streams),
        cmocka_unit_test(test_the_keys_are_found_behind_a_consumer_named_streams),
        cmocka_unit_test(test_claim_takes_released_then_oldest_then_new),
        cmocka_unit_test(test_claim_with_no_idle_time_takes_everything_once),
        cmocka_unit_test(test_claim_passes_over_deleted_entries),
        cmocka_unit_test(test_a_call_with_nothing_to_give_waits_in_the_queue_of_its_group),
        cmocka_unit_test(test_a_claiming_reader_comes_back_when_the_first_entry_is_idle_enough),
        cmocka_unit_test(test_a_further_attempt_tells_that_key_or_group_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
