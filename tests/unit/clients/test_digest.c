/* What two servers say about a key becomes the same digest when it means the same. */
#include "clients/shell/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

typedef bool take(struct digest *digest, const struct ms_value *value);

static unsigned char results[2][DIGEST_SIZE];

static bool take_set(struct digest *digest, const struct ms_value *value)
{
    return digest_members(digest, value, 1);
}

static bool take_hash(struct digest *digest, const struct ms_value *value)
{
    return digest_members(digest, value, 2);
}

static bool take_counted(struct digest *digest, const struct ms_value *value)
{
    return digest_stream(digest, value, true);
}

static bool take_uncounted(struct digest *digest, const struct ms_value *value)
{
    return digest_stream(digest, value, false);
}

/* Digests replies that follow one another, as pages of one key do. */
static void digest_of(take *take_reply, const char *resp, unsigned char to[DIGEST_SIZE])
{
    struct digest *digest = digest_new();

    while (*resp) {
        size_t used;
        struct ms_reply *reply = ms_reply_parse(resp, strlen(resp), &used);

        assert_non_null(reply);
        assert_true(take_reply(digest, ms_reply_value(reply)));
        ms_reply_free(reply);
        resp += used;
    }
    digest_end(digest, to);
    digest_free(digest);
}

static bool are_same(take *take_reply, const char *one, const char *other)
{
    digest_of(take_reply, one, results[0]);
    digest_of(take_reply, other, results[1]);
    return memcmp(results[0], results[1], DIGEST_SIZE) == 0;
}

static bool is_refused(take *take_reply, const char *resp)
{
    struct digest *digest = digest_new();
    struct ms_reply *reply = ms_reply_parse(resp, strlen(resp), NULL);
    bool taken;

    assert_non_null(reply);
    taken = take_reply(digest, ms_reply_value(reply));
    ms_reply_free(reply);
    digest_free(digest);
    return !taken;
}

static void test_the_order_of_members_does_not_matter(void **state)
{
    (void)state;
    assert_true(are_same(take_set, "*2\r\n+a\r\n+b\r\n", "*2\r\n+b\r\n+a\r\n"));
    assert_false(are_same(take_set, "*2\r\n+a\r\n+b\r\n", "*2\r\n+a\r\n+c\r\n"));
    assert_true(
        are_same(take_hash, "*4\r\n+a\r\n+1\r\n+b\r\n+2\r\n", "*4\r\n+b\r\n+2\r\n+a\r\n+1\r\n"));
    assert_false(
        are_same(take_hash, "*4\r\n+a\r\n+1\r\n+b\r\n+2\r\n", "*4\r\n+a\r\n+2\r\n+b\r\n+1\r\n"));
}

static void test_members_that_a_scan_gives_twice_count_once(void **state)
{
    (void)state;
    assert_true(
        are_same(take_set, "*2\r\n+a\r\n+b\r\n*2\r\n+b\r\n+c\r\n", "*3\r\n+a\r\n+b\r\n+c\r\n"));
}

static void test_the_order_of_a_list_matters_and_its_pages_do_not(void **state)
{
    (void)state;
    assert_false(are_same(digest_list, "*2\r\n+a\r\n+b\r\n", "*2\r\n+b\r\n+a\r\n"));
    assert_true(
        are_same(digest_list, "*2\r\n+a\r\n+b\r\n*1\r\n+c\r\n", "*1\r\n+a\r\n*2\r\n+b\r\n+c\r\n"));
}

static void test_bytes_cannot_move_from_one_text_to_the_next(void **state)
{
    (void)state;
    assert_false(are_same(digest_list, "*2\r\n+ab\r\n+c\r\n", "*2\r\n+a\r\n+bc\r\n"));
    assert_false(are_same(take_hash, "*2\r\n+ab\r\n+c\r\n", "*2\r\n+a\r\n+bc\r\n"));
    assert_false(are_same(digest_list, "*1\r\n+a\r\n", "*2\r\n+a\r\n$0\r\n\r\n"));
}

static void test_scores_are_numbers(void **state)
{
    (void)state;
    assert_true(
        are_same(digest_scores, "*2\r\n+m\r\n+0.10000000000000001\r\n", "*2\r\n+m\r\n+0.1\r\n"));
    assert_true(are_same(digest_scores, "*2\r\n+m\r\n+-0\r\n", "*2\r\n+m\r\n+0\r\n"));
    assert_true(are_same(digest_scores, "*2\r\n+m\r\n+inf\r\n", "*2\r\n+m\r\n+inf\r\n"));
    assert_false(
        are_same(digest_scores, "*2\r\n+m\r\n+0.1\r\n", "*2\r\n+m\r\n+0.10000000000000002\r\n"));
    assert_false(are_same(digest_scores, "*2\r\n+m\r\n+inf\r\n", "*2\r\n+m\r\n+-inf\r\n"));
}

static void test_fields_cannot_move_to_the_next_entry(void **state)
{
    (void)state;
    assert_false(are_same(digest_entries, "*1\r\n*2\r\n+1-1\r\n*4\r\n+a\r\n+b\r\n+c\r\n+d\r\n",
                          "*1\r\n*2\r\n+1-1\r\n*2\r\n+a\r\n+b\r\n"));
    assert_true(are_same(digest_entries, "*1\r\n*2\r\n+1-1\r\n*2\r\n+a\r\n+b\r\n",
                         "*1\r\n*2\r\n+1-1\r\n*2\r\n+a\r\n+b\r\n"));
}

#define STREAM(more) "*8\r\n+length\r\n:1\r\n+last-generated-id\r\n+1-1\r\n" more
#define ADDED(n)     "+max-deleted-entry-id\r\n+0-0\r\n+entries-added\r\n:" n "\r\n"

static void test_a_stream_has_counters_if_both_servers_know_them(void **state)
{
    (void)state;
    assert_false(are_same(take_counted, STREAM(ADDED("1")), STREAM(ADDED("2"))));
    assert_true(are_same(take_uncounted, STREAM(ADDED("1")), STREAM(ADDED("2"))));
    assert_true(is_refused(take_counted, "*2\r\n+length\r\n:1\r\n"));
}

#define CONSUMER(name, count) "*4\r\n+name\r\n+" name "\r\n+pel-count\r\n:" count "\r\n"
#define GROUP(name, last, time, read, consumers)                                                   \
    "*12\r\n+name\r\n+" name "\r\n+last-delivered-id\r\n+" last "\r\n+entries-read\r\n:" read      \
    "\r\n+pel-count\r\n:1\r\n+pending\r\n*1\r\n*4\r\n+1-1\r\n+c\r\n:" time                         \
    "\r\n:1\r\n+consumers\r\n" consumers
#define GROUPS(count, groups) "*2\r\n+groups\r\n*" count "\r\n" groups
#define BOTH                  "*2\r\n" CONSUMER("c", "1") CONSUMER("d", "0")
#define TURNED                "*2\r\n" CONSUMER("d", "0") CONSUMER("c", "1")

static void test_groups_are_their_position_pending_entries_and_consumers(void **state)
{
    const char *one = GROUPS("1", GROUP("g", "1-1", "77", "1", BOTH));

    (void)state;
    assert_true(are_same(digest_groups, one, GROUPS("1", GROUP("g", "1-1", "77", "1", TURNED))));
    assert_true(are_same(digest_groups, one, GROUPS("1", GROUP("g", "1-1", "77", "9", BOTH))));
    assert_false(are_same(digest_groups, one, GROUPS("1", GROUP("h", "1-1", "77", "1", BOTH))));
    assert_false(are_same(digest_groups, one, GROUPS("1", GROUP("g", "1-2", "77", "1", BOTH))));
    assert_false(are_same(digest_groups, one, GROUPS("1", GROUP("g", "1-1", "78", "1", BOTH))));
    assert_false(are_same(digest_groups, one,
                          GROUPS("1", GROUP("g", "1-1", "77", "1", "*1\r\n" CONSUMER("c", "1")))));
    assert_true(are_same(
        digest_groups,
        GROUPS("2", GROUP("g", "1-1", "77", "1", BOTH) GROUP("h", "1-1", "77", "1", BOTH)),
        GROUPS("2", GROUP("h", "1-1", "77", "1", BOTH) GROUP("g", "1-1", "77", "1", BOTH))));
}

static void test_idle_times_of_pending_entries_do_not_matter(void **state)
{
    (void)state;
    assert_true(are_same(digest_pending, "*1\r\n*4\r\n+1-1\r\n+c\r\n:500\r\n:1\r\n",
                         "*1\r\n*4\r\n+1-1\r\n+c\r\n:900\r\n:1\r\n"));
    assert_false(are_same(digest_pending, "*1\r\n*4\r\n+1-1\r\n+c\r\n:500\r\n:1\r\n",
                          "*1\r\n*4\r\n+1-1\r\n+c\r\n:500\r\n:2\r\n"));
}

static void test_other_replies_are_refused(void **state)
{
    const char *wrong = "-WRONGTYPE no\r\n";

    (void)state;
    assert_true(is_refused(digest_list, wrong));
    assert_true(is_refused(take_set, wrong));
    assert_true(is_refused(take_hash, "*1\r\n+a\r\n"));
    assert_true(is_refused(digest_scores, "*1\r\n+a\r\n"));
    assert_true(is_refused(digest_entries, "*1\r\n+a\r\n"));
    assert_true(is_refused(digest_groups, wrong));
    assert_true(is_refused(digest_pending, wrong));
    assert_true(is_refused(digest_functions, wrong));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_order_of_members_does_not_matter),
        cmocka_unit_test(test_members_that_a_scan_gives_twice_count_once),
        cmocka_unit_test(test_the_order_of_a_list_matters_and_its_pages_do_not),
        cmocka_unit_test(test_bytes_cannot_move_from_one_text_to_the_next),
        cmocka_unit_test(test_scores_are_numbers),
        cmocka_unit_test(test_fields_cannot_move_to_the_next_entry),
        cmocka_unit_test(test_a_stream_has_counters_if_both_servers_know_them),
        cmocka_unit_test(test_groups_are_their_position_pending_entries_and_consumers),
        cmocka_unit_test(test_idle_times_of_pending_entries_do_not_matter),
        cmocka_unit_test(test_other_replies_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
