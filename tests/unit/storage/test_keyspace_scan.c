/* SCAN's promise: what stays throughout is returned, whatever comes, goes and grows meanwhile. */
#include "storage/keyspace/keyspace.h"
#include "tests/lib/unit/fake_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    STEADY = 2000,
    PASSING = 40000
};

static struct fake *fake;
static struct request *rq;
static int visits[STEADY];
static size_t visited;

static int setup(void **state)
{
    (void)state;
    fake = fake_new();
    rq = &fake->rq;
    memset(visits, 0, sizeof(visits));
    visited = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static struct key numbered(const char *prefix, int at)
{
    char name[32];

    snprintf(name, sizeof(name), "%s:%d", prefix, at);
    return request_key_of(rq, arena_span(fake->arena, span_text(name)), 0);
}

static void add(const char *prefix, int first, int count)
{
    for (int at = first; at < first + count; at++)
        keyspace_set_integer(rq, numbered(prefix, at), at, false);
}

static void drop(const char *prefix, int first, int count)
{
    for (int at = first; at < first + count; at++)
        keyspace_delete(rq, numbered(prefix, at), false);
}

static void visit(void *context, struct entry *entry)
{
    (void)context;
    visited++;
    if (entry_key(entry).data[0] == 's')
        visits[entry_integer(entry)]++;
}

static void assert_all_steady_visited(void)
{
    for (int at = 0; at < STEADY; at++)
        assert_true(visits[at] > 0);
}

static void test_a_scan_at_rest_visits_each_key_once(void **state)
{
    uint64_t cursor = 0;
    int calls = 0;

    (void)state;
    add("s", 0, STEADY);
    do {
        cursor = keyspace_scan(rq, 0, cursor, 10, visit, NULL);
        calls++;
    } while (cursor);
    assert_int_equal(visited, STEADY);
    assert_all_steady_visited();
    assert_in_range(calls, STEADY / 20, STEADY / 8);
}

static void test_growth_during_a_scan_hides_nothing(void **state)
{
    uint64_t cursor = 0;
    int passing = 0;

    (void)state;
    add("s", 0, STEADY);
    do {
        cursor = keyspace_scan(rq, 0, cursor, 10, visit, NULL);
        if (passing < PASSING)
            add("p", passing, 400);
        passing += 400;
    } while (cursor);
    assert_all_steady_visited();
}

static void test_shrinking_during_a_scan_hides_nothing(void **state)
{
    uint64_t cursor = 0;
    int passing = 0;

    (void)state;
    add("s", 0, STEADY);
    add("p", 0, PASSING);
    do {
        cursor = keyspace_scan(rq, 0, cursor, 10, visit, NULL);
        if (passing < PASSING)
            drop("p", passing, 400);
        passing += 400;
        for (unsigned shard = 0; shard < 64; shard++)
            keyspace_rehash_slice(fake->keyspace, shard, 0);
    } while (cursor);
    assert_all_steady_visited();
}

static void test_a_few_keys_come_in_one_call(void **state)
{
    (void)state;
    assert_int_equal(keyspace_scan(rq, 0, 0, 1, visit, NULL), 0);
    add("s", 0, 5);
    assert_int_equal(keyspace_scan(rq, 0, 0, 10, visit, NULL), 0);
    assert_int_equal(visited, 5);
}

static void test_one_call_visits_about_as_many_as_asked_for(void **state)
{
    uint64_t cursor = 0;

    (void)state;
    add("s", 0, STEADY);
    for (size_t count = 1; count <= 1000; count *= 10) {
        visited = 0;
        cursor = keyspace_scan(rq, 0, 0, count, visit, NULL);
        assert_in_range(visited, count, count + 40);
        assert_int_not_equal(cursor, 0);
    }
    visited = 0;
    assert_int_equal(keyspace_scan(rq, 0, 0, SIZE_MAX, visit, NULL), 0);
    assert_int_equal(visited, STEADY);
}

static void test_any_cursor_a_client_may_send_is_harmless(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
            uint64_t cursor = random_next(&fake->random) >> (i % 64);
            int calls = 0;

            do {
                cursor = keyspace_scan(rq, 0, cursor, 100, visit, NULL);
                assert_true(++calls < 1000);
            } while (cursor);
        }
        keyspace_scan(rq, 0, UINT64_MAX, 1, visit, NULL);
        add("s", 0, STEADY);
    }
}

static void test_expired_keys_are_not_visited(void **state)
{
    (void)state;
    add("s", 0, 100);
    for (int at = 0; at < 50; at++) {
        struct key key = numbered("s", at);

        keyspace_set_expire(rq, key, keyspace_find(rq, key, FIND_QUIET), fake->now_ms);
    }
    assert_int_equal(keyspace_scan(rq, 0, 0, 1000, visit, NULL), 0);
    assert_int_equal(visited, 50);
    keyspace_each(fake->keyspace, 0, visit, NULL); /* which skips nothing */
    assert_int_equal(visited, 150);
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(test_a_scan_at_rest_visits_each_key_once),
        RULE(test_growth_during_a_scan_hides_nothing),
        RULE(test_shrinking_during_a_scan_hides_nothing),
        RULE(test_a_few_keys_come_in_one_call),
        RULE(test_one_call_visits_about_as_many_as_asked_for),
        RULE(test_any_cursor_a_client_may_send_is_harmless),
        RULE(test_expired_keys_are_not_visited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
