/* Idempotent producers seen through XADD: how many are looked at, and what a replay decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/unit/fake_request.h"
#include "streams/append_commands.h"
#include "streams/change_commands.h"
#include "streams/idmp.h"
#include "streams/read_commands.h"
#include "streams/stream.h"

enum {
    PRODUCERS = 1000,
    LOOKED_AT = 6, /* an append's own producer and a few others: more than it ever is */
    DURATION_MS = 100000
};

static struct fake *start(void)
{
    struct fake *fake = fake_new();

    fake_add_commands(fake, stream_append_commands);
    fake_add_commands(fake, stream_change_commands);
    fake_add_commands(fake, stream_read_commands);
    return fake;
}

static void add(struct fake *fake, const char *pid, int number, const char *iid)
{
    char line[100];

    snprintf(line, sizeof(line), "XADD s IDMP %s%d %s * f v", pid, number, iid);
    assert_int_equal(fake_line(fake, line)[0], '"');
}

static struct stream *stream_of(struct fake *fake)
{
    struct key key = (fake_request(fake), fake_key(fake, "s"));
    void *value = NULL;
    struct reply reply;

    reply_init(&reply, &fake->reply, 2);
    assert_int_equal(keyspace_find_value(&fake->rq, key, FIND_WRITE, &stream_type, &value, &reply),
                     0);
    return value;
}

static struct stream_idmp_facts facts_of(struct fake *fake)
{
    struct stream_idmp_facts facts;

    stream_idmp_facts(stream_of(fake), &facts);
    return facts;
}

/* A client may name any number of producers; an append must not pay for all of them. */
static void test_an_append_looks_at_few_producers_and_all_expire_in_the_end(void **state)
{
    struct fake *fake = start();
    uint64_t pids;
    int appends = 0;

    (void)state;
    for (int i = 0; i < PRODUCERS; i++)
        add(fake, "p", i, "i");
    fake->now_ms += DURATION_MS;
    pids = facts_of(fake).pids;
    assert_int_equal(pids, PRODUCERS);
    while (pids > 1) {
        uint64_t before = pids;
        char iid[16];

        snprintf(iid, sizeof(iid), "%d", appends++);
        add(fake, "q", 0, iid);
        pids = facts_of(fake).pids;
        assert_true(pids + LOOKED_AT >= before);
        assert_true(appends < PRODUCERS);
    }
    assert_int_equal(facts_of(fake).iids, fake->settings.stream_idmp_maxsize); /* all of q's */
    fake_free(fake);
}

/* Those that have not expired go round and are passed, whatever their order. */
static void test_what_has_not_expired_stays_and_does_not_hide_what_has(void **state)
{
    struct fake *fake = start();

    (void)state;
    for (int i = 0; i < 50; i++)
        add(fake, "old", i, "i");
    fake->now_ms += DURATION_MS / 2;
    for (int i = 0; i < 50; i++)
        add(fake, i % 2 ? "new" : "old", i, "j");
    fake->now_ms += DURATION_MS / 2;
    for (int i = 0; i < 100; i++) {
        char iid[16];

        snprintf(iid, sizeof(iid), "%d", i);
        add(fake, "q", 0, iid);
    }
    assert_int_equal(facts_of(fake).pids, 25 + 25 + 1);
    assert_int_equal(facts_of(fake).iids, 50 + 100);
    add(fake, "new", 1, "j");
    assert_int_equal(facts_of(fake).duplicates, 1);
    fake_free(fake);
}

static void test_an_own_expired_iid_is_not_found_however_many_there_are(void **state)
{
    struct fake *fake = start();

    (void)state;
    for (int i = 0; i < PRODUCERS; i++)
        add(fake, "p", i, "i");
    fake->now_ms += DURATION_MS;
    add(fake, "p", PRODUCERS - 1, "i");
    assert_int_equal(facts_of(fake).duplicates, 0);
    assert_int_equal(stream_length(stream_of(fake)), PRODUCERS + 1);
    fake_free(fake);
}

static void test_a_full_expiry_leaves_nothing_behind(void **state)
{
    struct fake *fake = start();

    (void)state;
    for (int i = 0; i < PRODUCERS; i++)
        add(fake, "p", i, "i");
    stream_idmp_expire(stream_of(fake), fake->now_ms + DURATION_MS);
    assert_null(stream_idmp(stream_of(fake)));
    assert_int_equal(facts_of(fake).pids, 0);
    assert_int_equal(facts_of(fake).iids, 0);
    add(fake, "p", 1, "i");
    assert_int_equal(facts_of(fake).pids, 1);
    fake_free(fake);
}

/* --- Replay. */

/* The clock of a replay is long past every duration, and appends nothing that was a duplicate. */
static void test_a_replayed_duplicate_appends_nothing(void **state)
{
    struct fake *fake = start();

    (void)state;
    fake->flags |= REQUEST_REPLAY;
    fake->now_ms += 100 * (int64_t)DURATION_MS;
    assert_string_equal(fake_line(fake, "XADD s IDMP p i 5-1 f v"), "\"5-1\"");
    assert_string_equal(fake_line(fake, "XADD s IDMP p i * f v"), "\"5-1\"");
    assert_string_equal(fake_line(fake, "XLEN s"), "1");
    assert_int_equal(facts_of(fake).duplicates, 1);
    fake_free(fake);
}

/* A log rewritten after XDEL of the entry no longer has the pair, but the duplicate after it. */
static void test_a_replayed_duplicate_of_an_unknown_pair_appends_nothing(void **state)
{
    struct fake *fake = start();

    (void)state;
    fake->flags |= REQUEST_REPLAY;
    assert_string_equal(fake_line(fake, "XADD s IDMP p i * f v"), "nil");
    assert_string_equal(fake_line(fake, "XLEN s"), "0");
    assert_string_equal(fake_line(fake, "XADD s 5-1 f v"), "\"5-1\"");
    assert_string_equal(fake_line(fake, "XADD s IDMP p i * f v"), "nil");
    assert_string_equal(fake_line(fake, "XADD s IDMPAUTO p * f v"), "nil");
    assert_string_equal(fake_line(fake, "XLEN s"), "1");
    fake_free(fake);
}

/* What the writer appended is appended, although this clock says that the pair is still known. */
static void test_a_replayed_append_is_one_although_its_pair_is_known(void **state)
{
    struct fake *fake = start();

    (void)state;
    fake->flags |= REQUEST_REPLAY;
    assert_string_equal(fake_line(fake, "XADD s IDMP p i 1700000000000-0 f v"),
                        "\"1700000000000-0\"");
    assert_string_equal(fake_line(fake, "XADD s IDMP p i 1700000100000-0 f v"),
                        "\"1700000100000-0\"");
    assert_string_equal(fake_line(fake, "XLEN s"), "2");
    fake->flags &= ~(unsigned)REQUEST_REPLAY;
    assert_string_equal(fake_line(fake, "XADD s IDMP p i * f v"), "\"1700000100000-0\"");
    fake_free(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_append_looks_at_few_producers_and_all_expire_in_the_end),
        cmocka_unit_test(test_what_has_not_expired_stays_and_does_not_hide_what_has),
        cmocka_unit_test(test_an_own_expired_iid_is_not_found_however_many_there_are),
        cmocka_unit_test(test_a_full_expiry_leaves_nothing_behind),
        cmocka_unit_test(test_a_replayed_duplicate_appends_nothing),
        cmocka_unit_test(test_a_replayed_duplicate_of_an_unknown_pair_appends_nothing),
        cmocka_unit_test(test_a_replayed_append_is_one_although_its_pair_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
