/* XADD and XTRIM: sections 3 to 6, 20, 22, 23 and 26 of the specification. */
#include <stdlib.h>

#include "says.h"

/* --- Ids. */

static void test_xadd_chooses_and_refuses_ids_as_specified(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 0-0 a 1", "-ERR The ID specified in XADD must be greater than 0-0");
    says(f, "XADD s 0 a 1", "-ERR The ID specified in XADD must be greater than 0-0");
    says(f, "XLEN s", "0");
    says(f, "XADD s 0-* a 1", "\"0-1\"");
    says(f, "XADD s 5 a 1", "\"5-0\"");
    says(f, "XADD s 5-* a 1", "\"5-1\"");
    says(f, "XADD s 4-* a 1", TOO_SMALL);
    says(f, "XDEL s 5-1", "1");
    says(f, "XADD s 5-1 a 1", TOO_SMALL);
    says(f, "XADD s 5-* a 1", "\"5-2\"");
    says(f, "XADD s MAXLEN 0 6-0 a 1", "\"6-0\"");
    says(f, "XLEN s", "0");
    assert_int_equal(stream_last_id(stream_s(f)).ms, 6);
    assert_int_equal(stream_max_deleted_id(stream_s(f)).seq, 1);
    assert_int_equal(stream_entries_added(stream_s(f)), 5);
    assert_true(stream_id_is_zero(stream_first_id(stream_s(f))));
    says(f, "XADD s 18446744073709551615-18446744073709551615 a 1",
         "\"18446744073709551615-18446744073709551615\"");
    says(f, "XADD s * a 1",
         "-ERR The stream has exhausted the last possible ID, unable to add more items");
    fake_free(f);
}

static void test_xadd_takes_the_clock_but_never_goes_back(void **state)
{
    struct fake *f = start();

    (void)state;
    f->now_ms = 1000;
    says(f, "XADD s * a 1", "\"1000-0\"");
    says(f, "XADD s * a 1", "\"1000-1\"");
    f->now_ms = 900;
    says(f, "XADD s * a 1", "\"1000-2\"");
    f->now_ms = 1001;
    says(f, "XADD s * a 1", "\"1001-0\"");
    says(f, "XADD s 1001-18446744073709551615 a 1", "\"1001-18446744073709551615\"");
    says(f, "XADD s * a 1", "\"1002-0\"");
    fake_free(f);
}

static void test_xadd_refuses_a_sequence_that_is_used_up(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-0 a 1", "\"1-0\"");
    says(f, "XADD s 1-18446744073709551615 a 1", "\"1-18446744073709551615\"");
    says(f, "XADD s 1-* a 1", TOO_SMALL);
    fake_free(f);
}

static void test_ids_are_read_strictly(void **state)
{
    static const char *const bad[] = {"5-",
                                      "-5",
                                      "-",
                                      "+",
                                      "a",
                                      "5-a",
                                      "5-1-1",
                                      "*-1",
                                      "5-**",
                                      "-*",
                                      "**",
                                      "$",
                                      "(5",
                                      "\"\"",
                                      "0x5",
                                      "5.0",
                                      "18446744073709551616",
                                      "1-18446744073709551616"};
    struct fake *f = start();
    char line[64];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(line, sizeof(line), "XADD s %s a 1", bad[i]);
        says(f, line, BAD_ID);
    }
    says(f, "XADD s 05-01 a 1", "\"5-1\"");
    fake_free(f);
}

static void test_an_id_has_at_most_127_bytes(void **state)
{
    struct fake *f = start();
    char id[129];

    (void)state;
    memset(id, '0', 128);
    id[126] = '7';
    id[127] = 0;
    assert_string_equal(fake_run(f, "XADD", "s", id, "a", "1"), "\"7-0\"");
    id[126] = '0';
    id[127] = '8';
    id[128] = 0;
    assert_string_equal(fake_run(f, "XADD", "s", id, "a", "1"), BAD_ID);
    fake_free(f);
}

/* --- Options of XADD. */

static void test_xadd_options_come_in_any_order_and_case(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s LIMIT 5 MaxLen ~ 10 delref idmp p i * a 1", "\"1700000000000-0\"");
    says(f, "XADD s IDMPAUTO p ACKED minid = 3 nomkstream * a 1", "\"1700000000000-1\"");
    says(f, "XLEN s", "2");
    fake_free(f);
}

static void test_limit_is_refused_where_it_means_nothing(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s MAXLEN 10 LIMIT 5 * a 1",
         "-ERR syntax error, LIMIT cannot be used without the special ~ option");
    says(f, "XADD s MAXLEN = 10 LIMIT 0 * a 1",
         "-ERR syntax error, LIMIT cannot be used without the special ~ option");
    says(f, "XADD s LIMIT 5 * a 1",
         "-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    says(f, "XADD s LIMIT 0 * a 1",
         "-ERR syntax error, LIMIT cannot be used without the special ~ option");
    says(f, "XADD s MAXLEN ~ 10 LIMIT -1 * a 1", "-ERR The LIMIT argument must be >= 0.");
    says(f, "XADD s MAXLEN ~ 10 LIMIT x * a 1", NOT_INTEGER);
    says(f, "XLEN s", "0");
    fake_free(f);
}

static void test_xadd_refuses_bad_options(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s MAXLEN 1 MINID 1 * a 1",
         "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    says(f, "XADD s MAXLEN 1 MAXLEN 1 * a 1",
         "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    says(f, "XADD s MAXLEN -1 * a 1", "-ERR The MAXLEN argument must be >= 0.");
    says(f, "XADD s MAXLEN x * a 1", NOT_INTEGER);
    says(f, "XADD s MAXLEN ~ x * a 1", NOT_INTEGER);
    says(f, "XADD s MINID x * a 1", BAD_ID);
    says(f, "XADD s MINID - * a 1", BAD_ID);
    says(f, "XADD s * a 1 b", "-ERR wrong number of arguments for 'xadd' command");
    says(f, "XADD s NOMKSTREAM 1-1 a", "-ERR wrong number of arguments for 'xadd' command");
    says(f, "XADD s MAXLEN 10 * a", "-ERR wrong number of arguments for 'xadd' command");
    says(f, "XADD s KEEPREF DELREF * a 1", BAD_ID);
    says(f, "XADD s a 1 b 2", BAD_ID);
    says(f, "XADD s NOMKSTREAM ACKED MAXLEN", BAD_ID);
    says(f, "XADD text 1-1 a 1", WRONGTYPE);
    says(f, "XADD text 1-1 a 1 b", "-ERR wrong number of arguments for 'xadd' command");
    says(f, "XLEN s", "0");
    fake_free(f);
}

/* The scan for the id ends at '*': fields may have the names of options. */
static void test_fields_may_be_named_like_options(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-1 MAXLEN 0 LIMIT 5", "\"1-1\"");
    says(f, "XRANGE s - +", "[[\"1-1\" [\"MAXLEN\" \"0\" \"LIMIT\" \"5\"]]]");
    fake_free(f);
}

static void test_nomkstream_makes_no_stream(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s NOMKSTREAM * a 1", "nil");
    assert_false(fake_is_dirty(f));
    assert_null(stream_s(f));
    says(f, "XADD s 1-1 a 1", "\"1-1\"");
    says(f, "XADD s NOMKSTREAM 1-2 a 1", "\"1-2\"");
    fake_free(f);
}

static void test_a_failed_xadd_makes_no_key(void **state)
{
    enum {
        PART = 64 << 20,
        PARTS = 18 /* together above 1 GiB, all in the same memory */
    };
    struct span argv[3 + PARTS];
    struct fake *f = start();
    char *part = calloc(1, PART);

    (void)state;
    assert_non_null(part);
    argv[0] = SPAN("XADD");
    argv[1] = SPAN("s");
    argv[2] = SPAN("1-1");
    for (int i = 0; i < PARTS; i++)
        argv[3 + i] = span_of(part, PART);
    assert_string_equal(fake_run_spans(f, 3 + PARTS, argv),
                        "-ERR Elements are too large to be stored");
    assert_null(stream_s(f));
    free(part);
    fake_free(f);
}

static void test_fields_are_kept_byte_by_byte(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-1 \"\\x00\" \"\\r\\n\" a 1 a 2 \"\" \"\"", "\"1-1\"");
    says(f, "XRANGE s - +", "[[\"1-1\" [\"\\x00\" \"\\r\\n\" \"a\" \"1\" \"a\" \"2\" \"\" \"\"]]]");
    fake_free(f);
}

/* --- Effects. */

static void test_xadd_tells_what_changed(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 1-1 a 1", "\"1-1\"");
    assert_int_equal(fake_events(f, "new"), 1);
    assert_int_equal(fake_events(f, "xadd"), 1);
    assert_int_equal(fake_events(f, "xtrim"), 0);
    assert_int_equal(effects(f), EFFECT_CHANGED);
    says(f, "XADD s MAXLEN 1 1-2 a 1", "\"1-2\"");
    assert_int_equal(fake_events(f, "new"), 0);
    assert_int_equal(fake_events(f, "xadd"), 1);
    assert_int_equal(fake_events(f, "xtrim"), 1);
    says(f, "XADD s MAXLEN 5 1-3 a 1", "\"1-3\"");
    assert_int_equal(fake_events(f, "xtrim"), 0);
    says(f, "XADD s 1-3 a 1", TOO_SMALL);
    assert_int_equal(f->rq.effect_count, 0);
    fake_free(f);
}

/* --- Trimming. */

static void test_xtrim_trims_exactly(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 10);
    says(f, "XTRIM s MAXLEN 8", "2");
    assert_int_equal(fake_events(f, "xtrim"), 1);
    assert_int_equal(effects(f), EFFECT_CHANGED);
    says(f, "XTRIM s MAXLEN 8", "0");
    assert_int_equal(f->rq.effect_count, 0);
    says(f, "XTRIM s MINID = 5", "2");
    says(f, "XTRIM s MINID 5-1", "1");
    says(f, "XTRIM s MAXLEN = 0 KEEPREF", "5");
    says(f, "XLEN s", "0");
    says(f, "XTRIM nokey MAXLEN 0", "0");
    says(f, "XTRIM text MAXLEN 0", WRONGTYPE);
    fake_free(f);
}

static void test_xtrim_refuses_bad_options_before_looking_at_the_key(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XTRIM text LIMIT 0 KEEPREF",
         "-ERR syntax error, XTRIM must be called with a trimming strategy");
    says(f, "XTRIM text LIMIT 3",
         "-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    says(f, "XTRIM text MAXLEN 3 LIMIT 3",
         "-ERR syntax error, LIMIT cannot be used without the special ~ option");
    says(f, "XTRIM text MAXLEN 3 MINID 3",
         "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    says(f, "XTRIM text MAXLEN 3 FOO", SYNTAX);
    says(f, "XTRIM text MAXLEN 3 NOMKSTREAM", SYNTAX);
    says(f, "XTRIM text MAXLEN 3 IDMPAUTO p", SYNTAX);
    says(f, "XTRIM text MAXLEN 3 KEEPREF DELREF", SYNTAX);
    says(f, "XTRIM text MAXLEN 3 LIMIT", SYNTAX);
    says(f, "XTRIM text MAXLEN ~", NOT_INTEGER);
    says(f, "XTRIM text MAXLEN -3", "-ERR The MAXLEN argument must be >= 0.");
    says(f, "XTRIM text MAXLEN x", NOT_INTEGER);
    says(f, "XTRIM text MINID x", BAD_ID);
    says(f, "XTRIM text MAXLEN ~ 3 LIMIT -1", "-ERR The LIMIT argument must be >= 0.");
    says(f, "XTRIM text MAXLEN ~ 3 LIMIT x", NOT_INTEGER);
    fake_free(f);
}

/* 1000 entries, nodes of 100. */
static void test_approximate_xtrim_takes_whole_nodes(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1000);
    says(f, "XTRIM s MAXLEN ~ 555 LIMIT 99", "0");
    says(f, "XTRIM s LIMIT 150 MAXLEN ~ 555", "100");
    logged_as(f, "XTRIM s LIMIT 150 MAXLEN = 900");
    says(f, "XTRIM s MAXLEN ~ 555", "300");
    says(f, "XTRIM s MINID ~ 599", "100");
    logged_as(f, "XTRIM s MINID = 501-0");
    says(f, "XTRIM s MINID ~ 599 LIMIT 0", "0");
    fake_free(f);
}

/* Without LIMIT "~" stops at 100 nodes' worth of entries. */
static void test_approximate_trimming_has_a_default_limit(void **state)
{
    struct fake *f = start();

    (void)state;
    f->settings.stream_node_max_entries = 2;
    add_entries(f, 1000);
    says(f, "XTRIM s MAXLEN ~ 0", "200");
    says(f, "XTRIM s MAXLEN ~ 0 LIMIT 0", "800");
    fake_free(f);
}

static void test_acked_and_delref_reach_the_groups(void **state)
{
    struct test_groups groups = {.every = 5};
    struct fake *f = start();

    (void)state;
    add_entries(f, 20);
    stream_set_groups(stream_s(f), &groups, &test_group_ops);
    says(f, "XTRIM s MAXLEN 10 ACKED", "10");
    says(f, "XRANGE s - + COUNT 3",
         "[[\"5-0\" [\"f\" \"v5\"]] [\"10-0\" [\"f\" \"v10\"]] [\"13-0\" [\"f\" \"v13\"]]]");
    says(f, "XTRIM s MINID 11 DELREF", "2");
    assert_int_equal(groups.dropped, 2);
    says(f, "XADD s ACKED MAXLEN 0 25-0 f v", "\"25-0\"");
    says(f, "XLEN s", "3");
    fake_free(f);
}

/* --- What is logged. */

static void test_xadd_is_logged_with_the_id_it_got(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s * a 1", "\"1700000000000-0\"");
    logged_as(f, "XADD s 1700000000000-0 a 1");
    says(f, "xadd s nomkstream 1700000000005-* a 1", "\"1700000000005-0\"");
    logged_as(f, "xadd s nomkstream 1700000000005-0 a 1");
    f->flags = 0;
    says(f, "XADD s * a 1", "\"1700000000005-1\"");
    assert_null(fake_rewrite(f, 0));
    fake_free(f);
}

static void test_xadd_is_logged_with_what_trimming_left(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XADD s MAXLEN ~ 2 LIMIT 7 4-0 a 1", "\"4-0\"");
    logged_as(f, "XADD s MAXLEN = 4 LIMIT 7 4-0 a 1");
    says(f, "XADD s MAXLEN 2 5-0 a 1", "\"5-0\"");
    logged_as(f, "XADD s MAXLEN 2 5-0 a 1");
    says(f, "XADD s MINID 5-0 6-0 a 1", "\"6-0\"");
    logged_as(f, "XADD s MINID 5-0 6-0 a 1");
    says(f, "XADD s MINID ~ 6 7-* a 1", "\"7-0\"");
    logged_as(f, "XADD s MINID = 5-0 7-0 a 1");
    says(f, "XADD s MINID = 9 8-0 a 1", "\"8-0\"");
    logged_as(f, "XADD s MINID = 18446744073709551615-18446744073709551615 8-0 a 1");
    fake_free(f);
}

/* The first entry left may be one that was skipped: trimming up to it would remove nothing. */
static void test_an_acked_trim_by_id_is_logged_so_that_replay_removes_the_same(void **state)
{
    struct test_groups groups = {.every = 5};
    struct fake *f = start();

    (void)state;
    add_entries(f, 20);
    stream_set_groups(stream_s(f), &groups, &test_group_ops);
    says(f, "XTRIM s MINID 13 ACKED", "10");
    logged_as(f, "XTRIM s MINID 13-0 ACKED");
    says(f, "XTRIM s MINID ~ 18 ACKED", "4");
    logged_as(f, "XTRIM s MINID = 18-0 ACKED");
    says(f, "XTRIM s ACKED MINID 100", "2");
    logged_as(f, "XTRIM s ACKED MINID 18446744073709551615-18446744073709551615");
    fake_free(f);
}

/* The log says LIMIT 7 with "=": a replica must take it. */
static void test_replay_obeys_what_a_client_may_not_say(void **state)
{
    struct fake *f = start();

    (void)state;
    f->flags = REQUEST_REPLAY;
    add_entries(f, 300);
    says(f, "XADD s MAXLEN = 3 LIMIT 1 301-0 a 1", "\"301-0\"");
    says(f, "XLEN s", "3");
    says(f, "XTRIM s MAXLEN = 1 LIMIT 1", "2");
    says(f, "XADD s IDMP p i 302-0 a 1", "\"302-0\"");
    fake_free(f);
}

/* --- Idempotent production. */

static void test_a_repeated_append_gets_the_first_id(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    logged_as(f, "XADD s IDMP p i1 1700000000000-0 f a");
    f->now_ms += 10;
    says(f, "XADD s IDMP p i1 * f b", "\"1700000000000-0\"");
    assert_int_equal(effects(f), EFFECT_DIRTY);
    assert_int_equal(fake_events(f, "xadd"), 0);
    logged_as(f, "XADD s IDMP p i1 *  "); /* without the fields */
    says(f, "XLEN s", "1");
    says(f, "XADD s IDMP q i1 * f a", "\"1700000000010-0\"");
    says(f, "XADD s IDMPAUTO p * a 1 b 2", "\"1700000000010-1\"");
    says(f, "XADD s IDMPAUTO p * b 2 a 1", "\"1700000000010-1\"");
    says(f, "XADD s IDMPAUTO p * b 2 a 2", "\"1700000000010-2\"");
    says(f, "XLEN s", "4");
    fake_free(f);
}

static void test_a_repeated_append_does_not_need_the_entry(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    says(f, "XDEL s 1700000000000-0", "1");
    says(f, "XADD s IDMP p i1 MAXLEN 0 * f a", "\"1700000000000-0\"");
    says(f, "XADD s 18446744073709551615-18446744073709551615 f a",
         "\"18446744073709551615-18446744073709551615\"");
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    says(f, "XADD s IDMP p i2 * f a",
         "-ERR The stream has exhausted the last possible ID, unable to add more items");
    fake_free(f);
}

static void test_an_expired_iid_is_new_again(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    f->now_ms += 99999;
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    f->now_ms += 1;
    says(f, "XADD s IDMP p i1 * f a", "\"1700000100000-0\"");
    fake_free(f);
}

static void test_idmp_refuses_bad_options(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s IDMP p i2 5-1 f a",
         "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");
    says(f, "XADD s IDMPAUTO p 5-* f a",
         "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");
    says(f, "XADD s IDMP p i IDMPAUTO p * f a",
         "-ERR syntax error, IDMP/IDMPAUTO specified multiple times");
    says(f, "XADD s IDMP p i IDMP p i * f a",
         "-ERR syntax error, IDMP/IDMPAUTO specified multiple times");
    says(f, "XADD s IDMP \"\" i * f a", "-ERR syntax error, IDMP requires a non-empty producer ID");
    says(f, "XADD s IDMP p \"\" * f a",
         "-ERR syntax error, IDMP requires a non-empty idempotent ID");
    says(f, "XADD s IDMPAUTO \"\" * f a",
         "-ERR syntax error, IDMPAUTO requires a non-empty producer ID");
    assert_null(stream_s(f));
    fake_free(f);
}

/* Time passes between writing a log and reading it. A duplicate in it is logged with '*' and must
 * stay one, however late; and an iid that had expired and came again must not eat its entry. */
static void test_replay_finds_the_duplicates_that_were_found(void **state)
{
    struct fake *f = start();

    (void)state;
    f->flags = REQUEST_REPLAY;
    f->now_ms += 86400000;
    says(f, "XADD s IDMP p i1 1700000000000-0 f a", "\"1700000000000-0\"");
    says(f, "XADD s IDMP p i1 * f a", "\"1700000000000-0\"");
    says(f, "XLEN s", "1");
    says(f, "XADD s IDMP p i1 1700000100000-0 f a", "\"1700000100000-0\"");
    says(f, "XLEN s", "2");
    says(f, "XADD s IDMP p i1 * f a", "\"1700000100000-0\"");
    says(f, "XLEN s", "2");
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xadd_chooses_and_refuses_ids_as_specified),
        cmocka_unit_test(test_xadd_takes_the_clock_but_never_goes_back),
        cmocka_unit_test(test_xadd_refuses_a_sequence_that_is_used_up),
        cmocka_unit_test(test_ids_are_read_strictly),
        cmocka_unit_test(test_an_id_has_at_most_127_bytes),
        cmocka_unit_test(test_xadd_options_come_in_any_order_and_case),
        cmocka_unit_test(test_limit_is_refused_where_it_means_nothing),
        cmocka_unit_test(test_xadd_refuses_bad_options),
        cmocka_unit_test(test_fields_may_be_named_like_options),
        cmocka_unit_test(test_nomkstream_makes_no_stream),
        cmocka_unit_test(test_a_failed_xadd_makes_no_key),
        cmocka_unit_test(test_fields_are_kept_byte_by_byte),
        cmocka_unit_test(test_xadd_tells_what_changed),
        cmocka_unit_test(test_xtrim_trims_exactly),
        cmocka_unit_test(test_xtrim_refuses_bad_options_before_looking_at_the_key),
        cmocka_unit_test(test_approximate_xtrim_takes_whole_nodes),
        cmocka_unit_test(test_approximate_trimming_has_a_default_limit),
        cmocka_unit_test(test_acked_and_delref_reach_the_groups),
        cmocka_unit_test(test_xadd_is_logged_with_the_id_it_got),
        cmocka_unit_test(test_xadd_is_logged_with_what_trimming_left),
        cmocka_unit_test(test_an_acked_trim_by_id_is_logged_so_that_replay_removes_the_same),
        cmocka_unit_test(test_replay_obeys_what_a_client_may_not_say),
        cmocka_unit_test(test_a_repeated_append_gets_the_first_id),
        cmocka_unit_test(test_a_repeated_append_does_not_need_the_entry),
        cmocka_unit_test(test_an_expired_iid_is_new_again),
        cmocka_unit_test(test_idmp_refuses_bad_options),
        cmocka_unit_test(test_replay_finds_the_duplicates_that_were_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
