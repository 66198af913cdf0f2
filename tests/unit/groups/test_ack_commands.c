/* test_ack_commands.c - XACK, XACKDEL, XNACK. */
#include "says.h"

/* Three entries, all pending for c. */
static struct fake *with_three_pending(void)
{
    struct fake *f = start();

    add_text(f);
    add_entries(f, 3);
    says_like(f, "XREADGROUP GROUP g c STREAMS s >", "[[\"s\" [[");
    return f;
}

static void test_xack_counts_what_was_pending(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XACK s g 1-0 9-9 1-0 3", "2");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_null(f->rq.effects[0].event);
    says(f, "XACK s g 1-0", "0");
    assert_int_equal(f->rq.effect_count, 0);
    says(f, "XPENDING s g", "[1 \"2-0\" \"2-0\" [[\"c\" \"1\"]]]");
    fake_free(f);
}

static void test_xack_knows_nothing_of_missing_keys_and_groups(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XACK nokey g x", "0");
    says(f, "XACK s nope x", "0");
    says(f, "XACK text g 1-0", WRONGTYPE);
    fake_free(f);
}

static void test_xack_with_a_malformed_id_acknowledges_nothing(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XACK s g 1-0 x", BAD_ID);
    says(f, "XACK s g 1-0 -", BAD_ID);
    says(f, "XPENDING s g", "[3 \"1-0\" \"3-0\" [[\"c\" \"3\"]]]");
    fake_free(f);
}

static void test_xack_works_without_the_entry_and_without_an_owner(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XDEL s 1-0", "1");
    says(f, "XNACK s g FAIL IDS 1 2-0", "1");
    says(f, "XACK s g 1-0 2-0", "2");
    says(f, "XPENDING s g", "[1 \"3-0\" \"3-0\" [[\"c\" \"1\"]]]");
    fake_free(f);
}

/* --- XACKDEL */

static void test_xackdel_acknowledges_and_deletes(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XACKDEL s g IDS 3 1-0 9-9 1-0", "[1 -1 -1]");
    assert_int_equal(fake_events(f, "xdel"), 1);
    assert_int_equal(effects(f), EFFECT_DIRTY | EFFECT_MODIFIED);
    says(f, "XLEN s", "2");
    says(f, "XPENDING s g", "[2 \"2-0\" \"3-0\" [[\"c\" \"2\"]]]");
    says(f, "XACKDEL s g IDS 1 9-9", "[-1]");
    assert_int_equal(f->rq.effect_count, 0);
    fake_free(f);
}

static void test_xackdel_reports_one_for_a_pending_entry_that_had_gone(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XDEL s 1-0", "1");
    says(f, "XACKDEL s g KEEPREF IDS 1 1-0", "[1]");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(fake_events(f, "xdel"), 0);
    fake_free(f);
}

static void test_xackdel_acked_leaves_what_other_groups_need(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XGROUP CREATE s h 0", "OK");
    says_like(f, "XREADGROUP GROUP h d COUNT 2 STREAMS s >", "[[\"s\" [[");
    says(f, "XACK s h 1-0", "1");
    says(f, "XACKDEL s g ACKED IDS 3 1-0 2-0 3-0", "[1 2 2]");
    says(f, "XLEN s", "2");
    says(f, "XPENDING s g", "[0 nil nil nil]");
    says(f, "XPENDING s h", "[1 \"2-0\" \"2-0\" [[\"d\" \"1\"]]]");
    fake_free(f);
}

static void test_xackdel_delref_takes_it_from_other_groups(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XGROUP CREATE s h 0", "OK");
    says_like(f, "XREADGROUP GROUP h d STREAMS s >", "[[\"s\" [[");
    says(f, "XACKDEL s g DELREF IDS 2 1-0 2-0", "[1 1]");
    says(f, "XPENDING s h", "[1 \"3-0\" \"3-0\" [[\"d\" \"1\"]]]");
    fake_free(f);
}

static void test_xackdel_refuses_bad_options(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XACKDEL nokey g IDS 2 x y", "[-1 -1]");
    says(f, "XACKDEL s nope IDS 2 x y", "[-1 -1]");
    says(f, "XACKDEL text g IDS 1 1-0", WRONGTYPE);
    says(f, "XACKDEL s g IDS 0 1-0", "-ERR Number of IDs must be a positive integer");
    says(f, "XACKDEL s g IDS x 1-0", "-ERR Number of IDs must be a positive integer");
    says(f, "XACKDEL s g IDS 2 1-0",
         "-ERR The `numids` parameter must match the number of arguments");
    says(f, "XACKDEL s g IDS 1 1-0 2-0", "-ERR syntax error");
    says(f, "XACKDEL s g KEEPREF ACKED IDS 1 1-0", "-ERR syntax error");
    says(f, "XACKDEL s g IDS 2 1-0 x", BAD_ID);
    says(f, "XLEN s", "3");
    says(f, "XPENDING s g", "[3 \"1-0\" \"3-0\" [[\"c\" \"3\"]]]");
    fake_free(f);
}

/* --- XNACK */

static void test_xnack_modes_say_what_becomes_of_the_count(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XNACK s g silent IDS 1 1-0", "1");
    says(f, "XNACK s g FAIL IDS 1 2-0", "1");
    says(f, "XNACK s g FATAL IDS 1 3-0", "1");
    assert_int_equal(effects(f), EFFECT_DIRTY | EFFECT_WAKE);
    assert_null(f->rq.effects[0].event);
    says(f, "XPENDING s g - + 9",
         "[[\"1-0\" \"\" -1 0] [\"2-0\" \"\" -1 1] [\"3-0\" \"\" -1 9223372036854775807]]");
    says(f, "XNACK s g SILENT IDS 2 1-0 3-0", "2"); /* not below 0; counted again */
    says(f, "XNACK s g FATAL IDS 1 2-0 RETRYCOUNT 7", "1");
    says(f, "XPENDING s g - + 9",
         "[[\"1-0\" \"\" -1 0] [\"2-0\" \"\" -1 7] [\"3-0\" \"\" -1 9223372036854775806]]");
    says(f, "XINFO CONSUMERS s g", "[[\"name\" \"c\" \"pending\" 0 \"idle\" 0 \"inactive\" 0]]");
    fake_free(f);
}

static void test_xnack_skips_what_is_not_pending_unless_forced(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XADD s 4-0 f v4", "\"4-0\"");
    says(f, "XNACK s g FAIL IDS 2 4-0 9-0", "0");
    assert_int_equal(f->rq.effect_count, 0);
    says(f, "XNACK s g FAIL FORCE IDS 2 4-0 9-0", "1");
    says(f, "XPENDING s g 4 + 9", "[[\"4-0\" \"\" -1 0]]");
    says(f, "XACK s g 4-0", "1");
    says(f, "XNACK s g FATAL IDS 1 4-0 FORCE", "1");
    says(f, "XPENDING s g 4 + 9", "[[\"4-0\" \"\" -1 9223372036854775807]]");
    says(f, "XACK s g 4-0", "1");
    says(f, "XNACK s g FATAL IDS 1 4-0 RETRYCOUNT 3 FORCE", "1");
    says(f, "XPENDING s g 4 + 9", "[[\"4-0\" \"\" -1 3]]");
    says(f, "XINFO GROUPS s",
         "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 4 \"last-delivered-id\" \"3-0\" "
         "\"entries-read\" 3 \"lag\" 1]]");
    fake_free(f);
}

static void test_xnack_refuses_bad_calls_and_changes_nothing(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XNACK text g FAIL IDS 1 1-0", WRONGTYPE);
    says(f, "XNACK nokey g FAIL IDS 1 1-0", "-NOGROUP No such key 'nokey' or consumer group 'g'");
    says(f, "XNACK s nope FAIL IDS 1 1-0", "-NOGROUP No such key 's' or consumer group 'nope'");
    says(f, "XNACK s g LOUD IDS 1 1-0", "-ERR mode must be SILENT, FAIL, or FATAL");
    says(f, "XNACK s g FAIL IDS x 1-0", "-ERR numids must be a positive integer");
    says(f, "XNACK s g FAIL IDS 0 1-0", "-ERR numids must be a positive integer");
    says(f, "XNACK s g FAIL IDS 3 1-0 2-0", "-ERR number of IDs doesn't match numids");
    says(f, "XNACK s g FAIL IDS 1 1-0 RETRYCOUNT -1",
         "-ERR Invalid RETRYCOUNT value, must be >= 0");
    says(f, "XNACK s g FAIL IDS 1 1-0 RETRYCOUNT x", "-ERR Invalid RETRYCOUNT value, must be >= 0");
    says(f, "XNACK s g FAIL IDS 1 1-0 RETRYCOUNT", "-ERR Unrecognized XNACK option 'RETRYCOUNT'");
    says(f, "XNACK s g FAIL IDS 1 1-0 2-0", "-ERR Unrecognized XNACK option '2-0'");
    says(f, "XNACK s g FAIL FORCE RETRYCOUNT 1", "-ERR syntax error, expected IDS keyword");
    says(f, "XNACK s g FAIL IDS 2 1-0 x", BAD_ID);
    says(f, "XPENDING s g", "[3 \"1-0\" \"3-0\" [[\"c\" \"3\"]]]");
    fake_free(f);
}

static void test_released_entries_count_as_references(void **state)
{
    struct fake *f = with_three_pending();

    (void)state;
    says(f, "XNACK s g FAIL IDS 1 1-0", "1");
    says(f, "XACK s g 2-0 3-0", "2");
    says(f, "XDELEX s ACKED IDS 3 1-0 2-0 3-0", "[2 1 1]");
    says(f, "XACKDEL s g ACKED IDS 1 1-0", "[1]");
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xack_counts_what_was_pending),
        cmocka_unit_test(test_xack_knows_nothing_of_missing_keys_and_groups),
        cmocka_unit_test(test_xack_with_a_malformed_id_acknowledges_nothing),
        cmocka_unit_test(test_xack_works_without_the_entry_and_without_an_owner),
        cmocka_unit_test(test_xackdel_acknowledges_and_deletes),
        cmocka_unit_test(test_xackdel_reports_one_for_a_pending_entry_that_had_gone),
        cmocka_unit_test(test_xackdel_acked_leaves_what_other_groups_need),
        cmocka_unit_test(test_xackdel_delref_takes_it_from_other_groups),
        cmocka_unit_test(test_xackdel_refuses_bad_options),
        cmocka_unit_test(test_xnack_modes_say_what_becomes_of_the_count),
        cmocka_unit_test(test_xnack_skips_what_is_not_pending_unless_forced),
        cmocka_unit_test(test_xnack_refuses_bad_calls_and_changes_nothing),
        cmocka_unit_test(test_released_entries_count_as_references),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
