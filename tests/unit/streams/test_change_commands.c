/* XDEL, XDELEX, XSETID, XCFGSET and XIDMPRECORD: sections 7, 19, 20 and 26 of the specification. */
#include "says.h"

#include "streams/idmp.h"

/* --- XDEL. */

static void test_xdel_counts_what_went(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 5);
    says(f, "XDEL s 2-0 2-0 9-0 4", "2");
    assert_int_equal(f->rq.effect_count, 1);
    assert_int_equal(fake_events(f, "xdel"), 1);
    assert_int_equal(effects(f), EFFECT_CHANGED);
    assert_null(fake_rewrite(f, 0)); /* as sent */
    says(f, "XDEL s 2-0", "0");
    assert_int_equal(f->rq.effect_count, 0);
    says(f, "XDEL s 1-0 3-0 5-0", "3");
    says(f, "XLEN s", "0");
    assert_int_equal(stream_last_id(stream_s(f)).ms, 5);
    fake_free(f);
}

static void test_xdel_parses_every_id_first(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 2);
    says(f, "XDEL s 1-0 x", BAD_ID);
    says(f, "XDEL s 1-0 -", BAD_ID);
    says(f, "XLEN s", "2");
    says(f, "XDEL nokey x", "0");
    says(f, "XDEL text x", WRONGTYPE);
    fake_free(f);
}

/* --- XDELEX. */

static void test_xdelex_gives_a_code_for_each_id(void **state)
{
    struct test_groups groups = {.every = 5};
    struct fake *f = start();

    (void)state;
    add_entries(f, 20);
    stream_set_groups(stream_s(f), &groups, &test_group_ops);
    says(f, "XDELEX s ACKED IDS 5 1-0 5-0 1-0 99-0 100-0", "[1 2 -1 -1 2]");
    assert_int_equal(f->rq.effect_count, 1);
    assert_int_equal(fake_events(f, "xdel"), 1);
    says(f, "XDELEX s ids 2 5-0 6-0 KEEPREF", "[1 1]");
    assert_int_equal(groups.dropped, 0);
    says(f, "XDELEX s IDS 2 5-0 6-0", "[-1 -1]");
    assert_int_equal(f->rq.effect_count, 0);
    fake_free(f);
}

static void test_xdelex_delref_that_drops_only_references_is_logged(void **state)
{
    struct test_groups groups = {.every = 5};
    struct fake *f = start();

    (void)state;
    add_entries(f, 2);
    stream_set_groups(stream_s(f), &groups, &test_group_ops);
    says(f, "XDELEX s DELREF IDS 1 5-0", "[-1]");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(fake_events(f, "xdel"), 0);
    says(f, "XDELEX s DELREF IDS 1 6-0", "[-1]");
    assert_int_equal(f->rq.effect_count, 0);
    says(f, "XDELEX s DELREF IDS 1 1-0", "[1]");
    assert_int_equal(effects(f), EFFECT_CHANGED);
    fake_free(f);
}

static void test_without_groups_xdelex_acked_deletes(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XDELEX s ACKED IDS 2 3-0 4-0", "[1 -1]");
    fake_free(f);
}

static void test_xdelex_refuses_bad_options(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1);
    says(f, "XDELEX s IDS 2 1-0", "-ERR The `numids` parameter must match the number of arguments");
    says(f, "XDELEX s IDS 1 1-0 2-0", SYNTAX);
    says(f, "XDELEX s IDS 0 1-0", "-ERR Number of IDs must be a positive integer");
    says(f, "XDELEX s IDS -1 1-0", "-ERR Number of IDs must be a positive integer");
    says(f, "XDELEX s IDS x 1-0", "-ERR Number of IDs must be a positive integer");
    says(f, "XDELEX s IDS 9223372036854775807 1-0",
         "-ERR The `numids` parameter must match the number of arguments");
    says(f, "XDELEX s KEEPREF ACKED IDS 1 1-0", SYNTAX);
    says(f, "XDELEX s IDS 1 1-0 IDS 1 1-0", SYNTAX);
    says(f, "XDELEX s 1 2 3", SYNTAX);
    says(f, "XDELEX s DELREF 1 1-0", SYNTAX);
    says(f, "XDELEX s IDS 1 x", BAD_ID);
    says(f, "XDELEX s IDS 2 1-0 x", BAD_ID);
    says(f, "XLEN s", "1");
    says(f, "XDELEX nokey IDS 2 x y", "[-1 -1]");
    says(f, "XDELEX nokey IDS 3 x y",
         "-ERR The `numids` parameter must match the number of arguments");
    says(f, "XDELEX text IDS 0 x", WRONGTYPE);
    fake_free(f);
}

/* --- XSETID. */

static void test_xsetid_sets_what_is_given(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XSETID s 10", "OK");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(fake_events(f, "xsetid"), 1);
    says(f, "XADD s 10-0 a 1", TOO_SMALL);
    says(f, "XSETID s 20-0 ENTRIESADDED 100 MAXDELETEDID 15-0", "OK");
    assert_int_equal(stream_entries_added(stream_s(f)), 100);
    assert_int_equal(stream_max_deleted_id(stream_s(f)).ms, 15);
    says(f, "XSETID s 18 maxdeletedid 0-0 entriesadded 3", "OK");
    assert_int_equal(stream_last_id(stream_s(f)).ms, 18);
    assert_int_equal(stream_max_deleted_id(stream_s(f)).ms, 15);
    assert_int_equal(stream_entries_added(stream_s(f)), 3);
    fake_free(f);
}

static void test_xsetid_refuses_what_cannot_be(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XSETID s x", BAD_ID);
    says(f, "XSETID s -", BAD_ID);
    says(f, "XSETID s 5 ENTRIESADDED x", NOT_INTEGER);
    says(f, "XSETID s 5 ENTRIESADDED -1", "-ERR entries_added must be positive");
    says(f, "XSETID s 5 MAXDELETEDID x", BAD_ID);
    says(f, "XSETID s 5 MAXDELETEDID 6",
         "-ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
    says(f, "XSETID s 5 FOO", SYNTAX);
    says(f, "XSETID s 5 ENTRIESADDED", SYNTAX);
    says(f, "XSETID nokey 5 FOO", SYNTAX);
    says(f, "XSETID nokey 5", NO_KEY);
    says(f, "XSETID text 5", WRONGTYPE);
    says(f, "XSETID s 2",
         "-ERR The ID specified in XSETID is smaller than the target stream top item");
    says(f, "XSETID s 5 ENTRIESADDED 2",
         "-ERR The entries_added specified in XSETID is smaller than the target stream length");
    says(f, "XDEL s 3-0", "1");
    says(f, "XSETID s 2",
         "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
    assert_int_equal(stream_last_id(stream_s(f)).ms, 3);
    says(f, "XDEL s 1-0 2-0", "2");
    says(f, "XSETID s 3-0 ENTRIESADDED 0", "OK"); /* an empty stream has no length to match */
    fake_free(f);
}

/* --- XCFGSET. */

static struct stream_idmp_facts facts(struct fake *f)
{
    struct stream_idmp_facts known;

    stream_idmp_facts(stream_s(f), &known);
    return known;
}

static void test_xcfgset_empties_the_map_only_when_something_differs(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    says(f, "XCFGSET s IDMP-DURATION 100", "OK");
    assert_int_equal(f->rq.effect_count, 0);
    assert_int_equal(facts(f).iids, 1);
    says(f, "XCFGSET s idmp-duration 200", "OK");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(facts(f).iids, 0);
    assert_int_equal(facts(f).duration_s, 200);
    assert_int_equal(facts(f).max_size, 100);
    assert_int_equal(facts(f).added, 1);
    assert_int_equal(facts(f).duplicates, 1);
    says(f, "XCFGSET s IDMP-MAXSIZE 10000 IDMP-DURATION 86400", "OK");
    assert_int_equal(facts(f).duration_s, 86400);
    assert_int_equal(facts(f).max_size, 10000);
    fake_free(f);
}

static void test_xcfgset_refuses_bad_options(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XCFGSET nokey FOO", NO_KEY);
    says(f, "XCFGSET text FOO", WRONGTYPE);
    add_entries(f, 1);
    says(f, "XCFGSET s", "-ERR At least one parameter must be specified");
    says(f, "XCFGSET s FOO 1", SYNTAX);
    says(f, "XCFGSET s IDMP-DURATION", SYNTAX);
    says(f, "XCFGSET s IDMP-DURATION 1 IDMP-DURATION 1",
         "-ERR IDMP-DURATION specified multiple times");
    says(f, "XCFGSET s IDMP-MAXSIZE 1 IDMP-MAXSIZE 1",
         "-ERR IDMP-MAXSIZE specified multiple times");
    says(f, "XCFGSET s IDMP-DURATION 0", "-ERR IDMP-DURATION must be between 1 and 86400 seconds");
    says(f, "XCFGSET s IDMP-DURATION 86401",
         "-ERR IDMP-DURATION must be between 1 and 86400 seconds");
    says(f, "XCFGSET s IDMP-MAXSIZE 0", "-ERR IDMP-MAXSIZE must be between 1 and 10000 entries");
    says(f, "XCFGSET s IDMP-MAXSIZE 10001",
         "-ERR IDMP-MAXSIZE must be between 1 and 10000 entries");
    assert_int_equal(facts(f).duration_s, 100);
    fake_free(f);
}

/* --- XIDMPRECORD. */

static void test_xidmprecord_records_a_pair_once(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 2);
    says(f, "XIDMPRECORD s p i 1-0", "OK");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(facts(f).added, 1);
    says(f, "XIDMPRECORD s p i 1-0", "OK");
    assert_int_equal(f->rq.effect_count, 0);
    assert_int_equal(facts(f).added, 1);
    says(f, "XIDMPRECORD s p i 2-0",
         "-ERR IID already exists for this producer with a different stream ID");
    says(f, "XIDMPRECORD s q i 2-0", "OK");
    f->now_ms = 1; /* so that ids of 1970 are not out of date */
    says(f, "XADD s IDMP q i * a 1", "\"2-0\"");
    fake_free(f);
}

static void test_xidmprecord_keeps_to_the_maximum(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XCFGSET s IDMP-MAXSIZE 2", "OK");
    says(f, "XIDMPRECORD s p a 1-0", "OK");
    says(f, "XIDMPRECORD s p b 2-0", "OK");
    says(f, "XIDMPRECORD s p c 3-0", "OK");
    assert_int_equal(facts(f).iids, 2);
    assert_int_equal(facts(f).added, 3);
    says(f, "XIDMPRECORD s p a 2-0", "OK");
    fake_free(f);
}

static void test_xidmprecord_refuses_in_order(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1);
    says(f, "XIDMPRECORD nokey \"\" \"\" x", BAD_ID);
    says(f, "XIDMPRECORD nokey \"\" \"\" 1-0", "-ERR producer ID must be non-empty");
    says(f, "XIDMPRECORD nokey p \"\" 1-0", "-ERR idempotent ID must be non-empty");
    says(f, "XIDMPRECORD nokey p i 1-0", NO_KEY);
    says(f, "XIDMPRECORD text p i 1-0", WRONGTYPE);
    says(f, "XIDMPRECORD s p i 2-0", "-ERR No such message in stream");
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xdel_counts_what_went),
        cmocka_unit_test(test_xdel_parses_every_id_first),
        cmocka_unit_test(test_xdelex_gives_a_code_for_each_id),
        cmocka_unit_test(test_xdelex_delref_that_drops_only_references_is_logged),
        cmocka_unit_test(test_without_groups_xdelex_acked_deletes),
        cmocka_unit_test(test_xdelex_refuses_bad_options),
        cmocka_unit_test(test_xsetid_sets_what_is_given),
        cmocka_unit_test(test_xsetid_refuses_what_cannot_be),
        cmocka_unit_test(test_xcfgset_empties_the_map_only_when_something_differs),
        cmocka_unit_test(test_xcfgset_refuses_bad_options),
        cmocka_unit_test(test_xidmprecord_records_a_pair_once),
        cmocka_unit_test(test_xidmprecord_keeps_to_the_maximum),
        cmocka_unit_test(test_xidmprecord_refuses_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
