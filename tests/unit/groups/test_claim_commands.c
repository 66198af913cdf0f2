/* test_claim_commands.c - XCLAIM, XAUTOCLAIM, XPENDING. */
#include "says.h"

/* Four entries, pending for c since one second. */
static struct fake *with_four_idle(void)
{
    struct fake *f = start();

    add_text(f);
    add_entries(f, 4);
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[");
    f->now_ms += 1000;
    return f;
}

static void test_xclaim_moves_idle_entries_and_counts_the_delivery(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XCLAIM s g d 1000 3-0 1-0 9-0", "[[\"3-0\" [\"f\" \"v3\"]] [\"1-0\" [\"f\" \"v1\"]]]");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(fake_events(f, "xgroup-createconsumer"), 1);
    says(f, "XCLAIM s g e 1 1-0 2-0", "[[\"2-0\" [\"f\" \"v2\"]]]"); /* 1-0 is not idle */
    says(f, "XCLAIM s g e 1001 4-0", "[]");
    assert_int_equal(f->rq.effect_count, 0);
    says(f, "XCLAIM s g d -5 1-0 JUSTID", "[\"1-0\"]"); /* its own, and not counted */
    says(f, "XPENDING s g - + 9",
         "[[\"1-0\" \"d\" 0 2] [\"2-0\" \"e\" 0 2] [\"3-0\" \"d\" 0 2] [\"4-0\" \"c\" 1000 1]]");
    says(f, "XCLAIM s g d 0 FORCE JUSTID", "[]"); /* no id at all */
    fake_free(f);
}

static void test_xclaim_options_set_time_and_count(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XCLAIM s g d 0 1-0 IDLE 300 RETRYCOUNT 9 JUSTID", "[\"1-0\"]");
    says(f, "XCLAIM s g d 0 2-0 TIME 1700000000400 JUSTID", "[\"2-0\"]");
    says(f, "XCLAIM s g d 0 3-0 TIME 5 IDLE 7 RETRYCOUNT -3", "[[\"3-0\" [\"f\" \"v3\"]]]");
    says(f, "XCLAIM s g d 0 4-0 IDLE -9 TIME 99999999999999 JUSTID", "[\"4-0\"]");
    says(f, "XPENDING s g - + 9",
         "[[\"1-0\" \"d\" 300 9] [\"2-0\" \"d\" 600 1] [\"3-0\" \"d\" 7 2] [\"4-0\" \"d\" 0 1]]");
    says(f, "XREADGROUP GROUP g e COUNT 1 CLAIM 0 STREAMS s >", /* the oldest by time */
         "[[\"s\" [[\"2-0\" [\"f\" \"v2\"] 600 1]]]]");
    fake_free(f);
}

static void test_xclaim_of_a_primary_sets_its_time_though_that_is_ahead_of_ours(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    f->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    says(f, "XCLAIM s g d 0 1-0 TIME 1700000001050 JUSTID", "[\"1-0\"]");
    f->flags = 0;
    says(f, "XPENDING s g - 1-0 9", "[[\"1-0\" \"d\" 0 1]]");
    f->now_ms += 100;
    says(f, "XPENDING s g - 1-0 9", "[[\"1-0\" \"d\" 50 1]]");
    fake_free(f);
}

static void test_xclaim_force_makes_a_record_for_an_entry_that_is_there(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XADD s 5-0 f v5", "\"5-0\"");
    says(f, "XADD s 6-0 f v6", "\"6-0\"");
    says(f, "XCLAIM s g d 100000 5-0 7-0", "[]");
    says(f, "XCLAIM s g d 100000 5-0 7-0 FORCE", "[[\"5-0\" [\"f\" \"v5\"]]]");
    says(f, "XCLAIM s g d 0 6-0 FORCE JUSTID", "[\"6-0\"]");
    says(f, "XPENDING s g 5 + 9", "[[\"5-0\" \"d\" 0 2] [\"6-0\" \"d\" 0 1]]");
    fake_free(f);
}

static void test_xclaim_drops_the_record_of_an_entry_that_is_gone(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XDEL s 2-0", "1");
    says(f, "XCLAIM s g d 100000 2-0 2-0 FORCE", "[]");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    says(f, "XPENDING s g", "[3 \"1-0\" \"4-0\" [[\"c\" \"3\"]]]");
    fake_free(f);
}

static void test_xclaim_lastid_only_moves_forward(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XADD s 5-0 f v5", "\"5-0\"");
    says(f, "XCLAIM s g c 0 9-0 LASTID 2-0", "[]");
    assert_false(fake_is_dirty(f));
    says_like(f, "XINFO GROUPS s",
              "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 4 \"last-delivered-id\" \"4-0\" "
              "\"entries-read\" 4 \"lag\" 1]]");
    says(f, "XCLAIM s g c 0 9-0 LASTID 5-0", "[]");
    assert_true(fake_is_dirty(f));
    says_like(f, "XINFO GROUPS s",
              "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 4 \"last-delivered-id\" \"5-0\" "
              "\"entries-read\" 4 \"lag\" 0]]");
    fake_free(f);
}

static void test_xclaim_refuses_bad_calls_and_changes_nothing(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XCLAIM text g d 0 1-0", WRONGTYPE);
    says(f, "XCLAIM nokey g d 0 1-0", "-NOGROUP No such key 'nokey' or consumer group 'g'");
    says(f, "XCLAIM s nope d x 1-0", "-NOGROUP No such key 's' or consumer group 'nope'");
    says(f, "XCLAIM s g d x 1-0", "-ERR Invalid min-idle-time argument for XCLAIM");
    says(f, "XCLAIM s g d 0 1-0 IDLE x", "-ERR Invalid IDLE option argument for XCLAIM");
    says(f, "XCLAIM s g d 0 1-0 TIME x", "-ERR Invalid TIME option argument for XCLAIM");
    says(f, "XCLAIM s g d 0 1-0 RETRYCOUNT x",
         "-ERR Invalid RETRYCOUNT option argument for XCLAIM");
    says(f, "XCLAIM s g d 0 1-0 LASTID x", BAD_ID);
    says(f, "XCLAIM s g d 0 1-0 IDLE", "-ERR Unrecognized XCLAIM option 'IDLE'");
    says(f, "XCLAIM s g d 0 1-0 JUSTID 2-0", "-ERR Unrecognized XCLAIM option '2-0'");
    says(f, "XCLAIM s g d 0 1-x", "-ERR Unrecognized XCLAIM option '1-x'");
    says(f, "XINFO CONSUMERS s g",
         "[[\"name\" \"c\" \"pending\" 4 \"idle\" 1000 \"inactive\" 1000]]");
    fake_free(f);
}

/* --- XAUTOCLAIM */

static void test_xautoclaim_goes_through_the_ids_by_its_cursor(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XAUTOCLAIM s g d 1000 - COUNT 2",
         "[\"3-0\" [[\"1-0\" [\"f\" \"v1\"]] [\"2-0\" [\"f\" \"v2\"]]] []]");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    says(f, "XAUTOCLAIM s g d 1000 (3-0 COUNT 2 JUSTID", "[\"0-0\" [\"4-0\"] []]");
    says(f, "XAUTOCLAIM s g e 1000 0", "[\"0-0\" [[\"3-0\" [\"f\" \"v3\"]]] []]");
    says(f, "XAUTOCLAIM s g e 1000 0", "[\"0-0\" [] []]");
    assert_int_equal(f->rq.effect_count, 0);
    says(f, "XPENDING s g - + 9",
         "[[\"1-0\" \"d\" 0 2] [\"2-0\" \"d\" 0 2] [\"3-0\" \"e\" 0 2] [\"4-0\" \"d\" 0 1]]");
    fake_free(f);
}

static void test_xautoclaim_drops_and_lists_records_of_entries_that_are_gone(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XDEL s 1-0 3-0", "2");
    says(f, "XAUTOCLAIM s g d 0 0 COUNT 3",
         "[\"4-0\" [[\"2-0\" [\"f\" \"v2\"]]] [\"1-0\" \"3-0\"]]");
    says(f, "XPENDING s g", "[2 \"2-0\" \"4-0\" [[\"c\" \"1\"] [\"d\" \"1\"]]]");
    fake_free(f);
}

/* At most ten times COUNT are looked at, those too recent included. */
static void test_xautoclaim_stops_after_ten_times_count(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 300);
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[");
    says(f, "XAUTOCLAIM s g d 500 0 COUNT 1", "[\"11-0\" [] []]");
    says(f, "XAUTOCLAIM s g d 500 0 COUNT 25", "[\"251-0\" [] []]");
    says(f, "XAUTOCLAIM s g d 500 251-0 COUNT 5", "[\"0-0\" [] []]");
    f->now_ms += 500;
    says_like(f, "XAUTOCLAIM s g d 500 0 COUNT 1", "[\"2-0\" [[\"1-0\"");
    fake_free(f);
}

static void test_xautoclaim_takes_released_entries_whatever_their_idle_time(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XNACK s g FAIL IDS 2 3-0 2-0", "2");
    says(f, "XAUTOCLAIM s g d 100000 0",
         "[\"0-0\" [[\"2-0\" [\"f\" \"v2\"]] [\"3-0\" [\"f\" "
         "\"v3\"]]] []]");
    fake_free(f);
}

static void test_xautoclaim_refuses_bad_calls(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XAUTOCLAIM text g d x 0", "-ERR Invalid min-idle-time argument for XAUTOCLAIM");
    says(f, "XAUTOCLAIM text g d 0 x", BAD_ID);
    says(f, "XAUTOCLAIM text g d 0 (", BAD_ID);
    says(f, "XAUTOCLAIM text g d 0 (18446744073709551615-18446744073709551615",
         "-ERR invalid start ID for the interval");
    says(f, "XAUTOCLAIM text g d 0 0 COUNT 0", "-ERR COUNT must be > 0");
    says(f, "XAUTOCLAIM text g d 0 0 COUNT x", "-ERR COUNT must be > 0");
    says(f, "XAUTOCLAIM text g d 0 0 COUNT 576460752303423488", "-ERR COUNT must be > 0");
    says(f, "XAUTOCLAIM text g d 0 0 COUNT", "-ERR syntax error");
    says(f, "XAUTOCLAIM text g d 0 0 SOME", "-ERR syntax error");
    says(f, "XAUTOCLAIM text g d 0 0", WRONGTYPE);
    says(f, "XAUTOCLAIM nokey g d 0 0", "-NOGROUP No such key 'nokey' or consumer group 'g'");
    says(f, "XAUTOCLAIM s nope d 0 0", "-NOGROUP No such key 's' or consumer group 'nope'");
    says(f, "XAUTOCLAIM s g d 0 0 COUNT 576460752303423487 JUSTID",
         "[\"0-0\" [\"1-0\" \"2-0\" \"3-0\" \"4-0\"] []]");
    fake_free(f);
}

/* --- XPENDING */

static void test_xpending_lists_by_range_idle_time_and_consumer(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XCLAIM s g d 0 2-0", "[[\"2-0\" [\"f\" \"v2\"]]]");
    says(f, "XPENDING s g", "[4 \"1-0\" \"4-0\" [[\"c\" \"3\"] [\"d\" \"1\"]]]");
    says(f, "XPENDING s g - + 1", "[[\"1-0\" \"c\" 1000 1]]");
    says(f, "XPENDING s g (1-0 3 9", "[[\"2-0\" \"d\" 0 2] [\"3-0\" \"c\" 1000 1]]");
    says(f, "XPENDING s g 3 2 9", "[]");
    says(f, "XPENDING s g - + -1", "[]");
    says(f, "XPENDING s g - + 9 d", "[[\"2-0\" \"d\" 0 2]]");
    says(f, "XPENDING s g - + 9 nobody", "[]");
    says(f, "XPENDING s g idle 1 - + 9",
         "[[\"1-0\" \"c\" 1000 1] [\"3-0\" \"c\" 1000 1] [\"4-0\" \"c\" 1000 1]]");
    says(f, "XPENDING s g IDLE 1000 2 + 9 c", "[[\"3-0\" \"c\" 1000 1] [\"4-0\" \"c\" 1000 1]]");
    says(f, "XPENDING s g IDLE 1001 - + 9", "[]");
    says(f, "XPENDING s g IDLE -1 - + 1", "[[\"1-0\" \"c\" 1000 1]]");
    says(f, "XNACK s g FAIL IDS 1 3-0", "1");
    says(f, "XPENDING s g IDLE 5000 - + 9", "[[\"3-0\" \"\" -1 1]]");
    says(f, "XINFO CONSUMERS s g",
         "[[\"name\" \"c\" \"pending\" 2 \"idle\" 1000 \"inactive\" 1000] "
         "[\"name\" \"d\" \"pending\" 1 \"idle\" 0 \"inactive\" 0]]");
    fake_free(f);
}

/* In a large group the idle ones are found from the time list; the answer is the same. */
static void test_xpending_idle_finds_few_among_many(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3000);
    says_like(f, "XREADGROUP GROUP g a COUNT 5 STREAMS s >", "[[\"s\" [[");
    says_like(f, "XREADGROUP GROUP g b COUNT 2990 STREAMS s >", "[[\"s\" [[");
    f->now_ms += 10;
    says_like(f, "XCLAIM s g b 0 2000-0 IDLE 600 JUSTID", "[\"2000-0\"]");
    says_like(f, "XREADGROUP GROUP g b STREAMS s >", "[[\"s\" [[");
    says(f, "XPENDING s g IDLE 500 - + 10", "[[\"2000-0\" \"b\" 600 1]]");
    says_like(f, "XCLAIM s g a 0 4 2 IDLE 700 JUSTID", "[\"4-0\" \"2-0\"]");
    says(f, "XPENDING s g IDLE 500 - + 10",
         "[[\"2-0\" \"a\" 700 1] [\"4-0\" \"a\" 700 1] [\"2000-0\" \"b\" 600 1]]");
    says(f, "XPENDING s g IDLE 500 - + 2", "[[\"2-0\" \"a\" 700 1] [\"4-0\" \"a\" 700 1]]");
    says(f, "XPENDING s g IDLE 500 3 + 10 b", "[[\"2000-0\" \"b\" 600 1]]");
    says(f, "XPENDING s g IDLE 500 3 1999 10", "[[\"4-0\" \"a\" 700 1]]");
    says(f, "XPENDING s g IDLE 10 5 6 10", "[[\"5-0\" \"a\" 10 1] [\"6-0\" \"b\" 10 1]]");
    fake_free(f);
}

static void test_xpending_refuses_bad_calls(void **state)
{
    struct fake *f = with_four_idle();

    (void)state;
    says(f, "XPENDING text g -", "-ERR syntax error");
    says(f, "XPENDING text g - +", "-ERR syntax error");
    says(f, "XPENDING text g IDLE 1 - +", "-ERR syntax error");
    says(f, "XPENDING text g IDLE 1 - + 1 c x", "-ERR syntax error");
    says(f, "XPENDING text g IDLE x - + 1", "-ERR value is not an integer or out of range");
    says(f, "XPENDING text g - + x", "-ERR value is not an integer or out of range");
    says(f, "XPENDING text g x + 1", BAD_ID);
    says(f, "XPENDING text g - (0-0 1", "-ERR invalid end ID for the interval");
    says(f, "XPENDING text g - + 1", WRONGTYPE);
    says(f, "XPENDING text g", WRONGTYPE);
    says(f, "XPENDING nokey g", "-NOGROUP No such key 'nokey' or consumer group 'g'");
    says(f, "XPENDING s nope - + 1", "-NOGROUP No such key 's' or consumer group 'nope'");
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xclaim_moves_idle_entries_and_counts_the_delivery),
        cmocka_unit_test(test_xclaim_options_set_time_and_count),
        cmocka_unit_test(test_xclaim_of_a_primary_sets_its_time_though_that_is_ahead_of_ours),
        cmocka_unit_test(test_xclaim_force_makes_a_record_for_an_entry_that_is_there),
        cmocka_unit_test(test_xclaim_drops_the_record_of_an_entry_that_is_gone),
        cmocka_unit_test(test_xclaim_lastid_only_moves_forward),
        cmocka_unit_test(test_xclaim_refuses_bad_calls_and_changes_nothing),
        cmocka_unit_test(test_xautoclaim_goes_through_the_ids_by_its_cursor),
        cmocka_unit_test(test_xautoclaim_drops_and_lists_records_of_entries_that_are_gone),
        cmocka_unit_test(test_xautoclaim_stops_after_ten_times_count),
        cmocka_unit_test(test_xautoclaim_takes_released_entries_whatever_their_idle_time),
        cmocka_unit_test(test_xautoclaim_refuses_bad_calls),
        cmocka_unit_test(test_xpending_lists_by_range_idle_time_and_consumer),
        cmocka_unit_test(test_xpending_idle_finds_few_among_many),
        cmocka_unit_test(test_xpending_refuses_bad_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
