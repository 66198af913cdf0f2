/* XLEN, XRANGE, XREVRANGE and XREAD: sections 3, 8 to 10, 25 and 26 of the specification. */
#include "says.h"

#define E1 "[\"1-0\" [\"f\" \"v1\"]]"
#define E2 "[\"2-0\" [\"f\" \"v2\"]]"
#define E3 "[\"3-0\" [\"f\" \"v3\"]]"
#define E4 "[\"4-0\" [\"f\" \"v4\"]]"
#define E5 "[\"5-0\" [\"f\" \"v5\"]]"

/* --- Ranges. */

static void test_xlen_counts(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XLEN s", "0");
    add_entries(f, 3);
    says(f, "XLEN s", "3");
    says(f, "XLEN text", WRONGTYPE);
    fake_free(f);
}

static void test_ranges_are_inclusive_and_go_both_ways(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 5);
    says(f, "XRANGE s - +", "[" E1 " " E2 " " E3 " " E4 " " E5 "]");
    says(f, "XREVRANGE s + -", "[" E5 " " E4 " " E3 " " E2 " " E1 "]");
    says(f, "XRANGE s 2 4", "[" E2 " " E3 " " E4 "]");
    says(f, "XREVRANGE s 4 2", "[" E4 " " E3 " " E2 "]");
    says(f, "XRANGE s (2-0 (4-0", "[" E3 "]");
    says(f, "XREVRANGE s (4-0 (2-0", "[" E3 "]");
    says(f, "XRANGE s 4 2", "[]");
    says(f, "XREVRANGE s 2 4", "[]");
    says(f, "XRANGE s 6 +", "[]");
    says(f, "XRANGE s - 0", "[]");
    says(f, "XRANGE s - + COUNT 2", "[" E1 " " E2 "]");
    says(f, "XREVRANGE s + - COUNT 2", "[" E5 " " E4 "]");
    says(f, "XRANGE s - + COUNT 2 count 1", "[" E1 "]");
    assert_int_equal(f->rq.effect_count, 0);
    fake_free(f);
}

/* A bound without a sequence means the whole millisecond. */
static void test_a_bound_without_seq_takes_the_whole_millisecond(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XADD s 5-0 f a", "\"5-0\"");
    says(f, "XADD s 5-1 f b", "\"5-1\"");
    says(f, "XADD s 5-18446744073709551615 f c", "\"5-18446744073709551615\"");
    says(f, "XADD s 6-0 f d", "\"6-0\"");
    says(f, "XRANGE s 5 5",
         "[[\"5-0\" [\"f\" \"a\"]] [\"5-1\" [\"f\" \"b\"]] "
         "[\"5-18446744073709551615\" [\"f\" \"c\"]]]");
    says(f, "XRANGE s (5 5", /* 5-1 on */
         "[[\"5-1\" [\"f\" \"b\"]] [\"5-18446744073709551615\" [\"f\" \"c\"]]]");
    says(f, "XRANGE s 5 (5", /* up to 5-18446744073709551614 */
         "[[\"5-0\" [\"f\" \"a\"]] [\"5-1\" [\"f\" \"b\"]]]");
    says(f, "XRANGE s (5-18446744073709551615 +", "[[\"6-0\" [\"f\" \"d\"]]]");
    says(f, "XREVRANGE s (6-0 5-2", "[[\"5-18446744073709551615\" [\"f\" \"c\"]]]");
    fake_free(f);
}

static void test_ranges_refuse_bad_bounds(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1);
    says(f, "XRANGE s (18446744073709551615-18446744073709551615 +",
         "-ERR invalid start ID for the interval");
    says(f, "XREVRANGE s + (18446744073709551615-18446744073709551615",
         "-ERR invalid start ID for the interval");
    says(f, "XRANGE s - (0-0", "-ERR invalid end ID for the interval");
    says(f, "XREVRANGE s (0-0 -", "-ERR invalid end ID for the interval");
    says(f, "XREVRANGE s (0-0 (18446744073709551615-18446744073709551615",
         "-ERR invalid start ID for the interval");
    says(f, "XRANGE s ( +", BAD_ID);
    says(f, "XRANGE s (- +", BAD_ID);
    says(f, "XRANGE s - (+", BAD_ID);
    says(f, "XRANGE s - x", BAD_ID);
    says(f, "XRANGE s $ +", BAD_ID);
    fake_free(f);
}

static void test_count_is_read_before_the_key(void **state)
{
    struct fake *f = start();

    (void)state;
    says(f, "XRANGE text - + COUNT x", NOT_INTEGER);
    says(f, "XRANGE text - + COUNT", SYNTAX);
    says(f, "XRANGE text - + FOO 1", SYNTAX);
    says(f, "XRANGE text - + COUNT 1", WRONGTYPE);
    says(f, "XRANGE text x + COUNT x", BAD_ID);
    says(f, "XRANGE nokey - +", "[]");
    says(f, "XRANGE nokey - + COUNT 0", "[]");
    add_entries(f, 2);
    says(f, "XRANGE s - + COUNT 0", "nil");
    says(f, "XRANGE s - + COUNT -1", "nil");
    says(f, "XREVRANGE s + - COUNT 0", "nil");
    assert_int_equal(f->reply.size, 5); /* a null array */
    assert_memory_equal(f->reply.data, "*-1\r\n", 5);
    f->protocol = 3;
    says(f, "XRANGE s - + COUNT 0", "nil");
    assert_memory_equal(f->reply.data, "_\r\n", 3);
    fake_free(f);
}

/* --- XREAD. */

static void test_xread_gives_what_is_above_each_id(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XADD t 7-0 a b", "\"7-0\"");
    says(f, "XREAD STREAMS s 1", "[[\"s\" [" E2 " " E3 "]]]");
    says(f, "XREAD STREAMS t s 0 2-0", "[[\"t\" [[\"7-0\" [\"a\" \"b\"]]]] [\"s\" [" E3 "]]]");
    says(f, "XREAD STREAMS t s 7 2-0", "[[\"s\" [" E3 "]]]");
    says(f, "XREAD STREAMS s s 1 2", "[[\"s\" [" E2 " " E3 "]] [\"s\" [" E3 "]]]");
    says(f, "XREAD STREAMS nokey s 0 2", "[[\"s\" [" E3 "]]]");
    says(f, "XREAD STREAMS s 3", "nil");
    says(f, "XREAD STREAMS s 18446744073709551615-18446744073709551615", "nil");
    says(f, "XREAD STREAMS nokey 0", "nil");
    assert_memory_equal(f->reply.data, "*-1\r\n", 5);
    assert_int_equal(f->rq.wait_count, 0);
    f->protocol = 3;
    says(f, "XREAD STREAMS t s 7 2-0", "{\"s\" [" E3 "]}");
    says(f, "XREAD STREAMS s s 2 2", "{\"s\" [" E3 "] \"s\" [" E3 "]}");
    says(f, "XREAD STREAMS s 3", "nil");
    assert_memory_equal(f->reply.data, "_\r\n", 3);
    fake_free(f);
}

static void test_xread_count_is_for_each_stream(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XREAD COUNT 1 STREAMS s s 0 1", "[[\"s\" [" E1 "]] [\"s\" [" E2 "]]]");
    says(f, "XREAD COUNT 0 STREAMS s 1", "[[\"s\" [" E2 " " E3 "]]]");
    says(f, "XREAD COUNT -5 STREAMS s 1", "[[\"s\" [" E2 " " E3 "]]]");
    says(f, "XREAD COUNT 1 count 2 STREAMS s 0", "[[\"s\" [" E1 " " E2 "]]]");
    fake_free(f);
}

static void test_xread_dollar_and_plus(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XREAD STREAMS s $", "nil");
    says(f, "XREAD STREAMS s +", "[[\"s\" [" E3 "]]]");
    says(f, "XREAD COUNT 100 STREAMS s +", "[[\"s\" [" E3 "]]]");
    says(f, "XREAD STREAMS nokey +", "nil");
    says(f, "XDEL s 3-0", "1");
    says(f, "XREAD STREAMS s +", "[[\"s\" [" E2 "]]]");
    says(f, "XDEL s 1-0 2-0", "2");
    says(f, "XREAD STREAMS s +", "nil");
    fake_free(f);
}

static void test_maxcount_is_for_all_streams(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XREAD MAXCOUNT 4 STREAMS s s s 0 1 0",
         "[[\"s\" [" E1 " " E2 " " E3 "]] [\"s\" [" E2 "]]]");
    says(f, "XREAD MAXCOUNT 3 COUNT 2 STREAMS s s 0 0",
         "[[\"s\" [" E1 " " E2 "]] [\"s\" [" E1 "]]]");
    says(f, "XREAD MAXCOUNT 3 STREAMS s s 0 0", "[[\"s\" [" E1 " " E2 " " E3 "]]]");
    says(f, "XREAD MAXCOUNT 1 STREAMS s +", "[[\"s\" [" E3 "]]]");
    fake_free(f);
}

/* At least one entry; then no further one once the bytes are reached. */
static void test_maxsize_passes_the_budget_by_one_entry_at_most(void **state)
{
    struct fake *f = start();
    char line[64];
    size_t one;

    (void)state;
    add_entries(f, 3);
    says(f, "XREAD MAXSIZE 1 STREAMS s s 0 0", "[[\"s\" [" E1 "]]]");
    one = f->reply.size;
    snprintf(line, sizeof(line), "XREAD MAXSIZE %zu STREAMS s 0", one);
    says(f, line, "[[\"s\" [" E1 " " E2 "]]]");
    says(f, "XREAD MAXSIZE 100000 STREAMS s 0", "[[\"s\" [" E1 " " E2 " " E3 "]]]");
    says(f, "XREAD MAXSIZE 1 MAXCOUNT 5 STREAMS s +", "[[\"s\" [" E3 "]]]");
    fake_free(f);
}

static void test_xread_refuses_bad_options(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1);
    says(f, "XREAD FOO STREAMS s 0", SYNTAX);
    says(f, "XREAD COUNT 1 s 0", SYNTAX);
    says(f, "XREAD COUNT 1 COUNT", SYNTAX);
    says(f, "XREAD COUNT 1 STREAMS", SYNTAX);
    says(f, "XREAD COUNT x STREAMS s 0", NOT_INTEGER);
    says(f, "XREAD MAXCOUNT x STREAMS s 0", NOT_INTEGER);
    says(f, "XREAD MAXSIZE x STREAMS s 0", NOT_INTEGER);
    says(f, "XREAD MAXCOUNT 0 STREAMS s 0", "-ERR MAXCOUNT must be a positive integer");
    says(f, "XREAD MAXSIZE -1 STREAMS s 0", "-ERR MAXSIZE must be a positive integer");
    says(f, "XREAD MAXCOUNT 1 COUNT 2 STREAMS s 0",
         "-ERR MAXCOUNT must be greater than or equal to COUNT");
    says(f, "XREAD MAXCOUNT 1 COUNT 0 STREAMS s 0", "[[\"s\" [" E1 "]]]");
    says(f, "XREAD BLOCK x STREAMS s 0", "-ERR timeout is not an integer or out of range");
    says(f, "XREAD BLOCK -1 STREAMS s 0", "-ERR timeout is negative");
    says(f, "XREAD BLOCK 9223372036854775807 STREAMS s 0", "-ERR timeout is out of range");
    says(f, "XREAD GROUP g c STREAMS s 0",
         "-ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.");
    says(f, "XREAD NOACK STREAMS s 0",
         "-ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.");
    says(f, "XREAD CLAIM 1 STREAMS s 0",
         "-ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.");
    says(f, "XREAD STREAMS s t 0",
         "-ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be "
         "specified.");
    says(f, "XREAD STREAMS s >",
         "-ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> "
         "<consumer> option.");
    says(f, "XREAD STREAMS s x", BAD_ID);
    says(f, "XREAD STREAMS s -", BAD_ID);
    says(f, "XREAD STREAMS text x", WRONGTYPE);
    says(f, "XREAD STREAMS s text x 0", BAD_ID);
    fake_free(f);
}

/* --- Waiting. */

static void test_xread_waits_at_every_key_behind_lower_ids(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XREAD BLOCK 1500 STREAMS s nokey t $ 7-8 +", "(waits)");
    assert_int_equal(f->reply.size, 0);
    assert_int_equal(f->rq.wait_count, 3);
    assert_int_equal(f->rq.wait_deadline_ms, FAKE_START_MS + 1500);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(f->rq.wait[i].kind, WAIT_READ);
        assert_int_equal(f->rq.wait[i].retry_at_ms, 0);
    }
    assert_true(span_equal(f->rq.wait[1].key.name, SPAN("nokey")));
    assert_int_equal(f->rq.wait[0].threshold[0], 3);
    assert_int_equal(f->rq.wait[1].threshold[0], 7);
    assert_int_equal(f->rq.wait[1].threshold[1], 8);
    assert_int_equal(f->rq.wait[2].threshold[0], 0);
    says(f, "XREAD BLOCK 0 STREAMS s $", "(waits)");
    assert_int_equal(f->rq.wait_deadline_ms, 0);
    fake_free(f);
}

/* A later attempt must mean the id of the first one, whatever has come since. */
static void test_dollar_is_replaced_in_the_arguments(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 3);
    says(f, "XREAD BLOCK 0 STREAMS s nokey + $ $ +", "(waits)");
    assert_true(span_equal(f->rq.argv[7], SPAN("3-0")));
    assert_true(span_equal(f->rq.argv[8], SPAN("0-0")));
    assert_true(span_equal(f->rq.argv[9], SPAN("+")));
    fake_free(f);
}

static void test_block_is_no_matter_when_something_is_there_or_waiting_is_refused(void **state)
{
    struct fake *f = start();

    (void)state;
    add_entries(f, 1);
    says(f, "XREAD BLOCK 0 STREAMS s 0", "[[\"s\" [" E1 "]]]");
    assert_int_equal(f->rq.wait_count, 0);
    f->flags |= REQUEST_NO_WAIT;
    says(f, "XREAD BLOCK 0 STREAMS s $", "nil");
    assert_int_equal(f->rq.wait_count, 0);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xlen_counts),
        cmocka_unit_test(test_ranges_are_inclusive_and_go_both_ways),
        cmocka_unit_test(test_a_bound_without_seq_takes_the_whole_millisecond),
        cmocka_unit_test(test_ranges_refuse_bad_bounds),
        cmocka_unit_test(test_count_is_read_before_the_key),
        cmocka_unit_test(test_xread_gives_what_is_above_each_id),
        cmocka_unit_test(test_xread_count_is_for_each_stream),
        cmocka_unit_test(test_xread_dollar_and_plus),
        cmocka_unit_test(test_maxcount_is_for_all_streams),
        cmocka_unit_test(test_maxsize_passes_the_budget_by_one_entry_at_most),
        cmocka_unit_test(test_xread_refuses_bad_options),
        cmocka_unit_test(test_xread_waits_at_every_key_behind_lower_ids),
        cmocka_unit_test(test_dollar_is_replaced_in_the_arguments),
        cmocka_unit_test(test_block_is_no_matter_when_something_is_there_or_waiting_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
