/* Eviction: which keys go under each policy, and that the right ones mostly do. */
#include "storage/keyspace/keyspace.h"
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/storage/dummy_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    KEYS = 10000,
    HOURS_MS = 3600000
};

static struct fake *fake;
static struct request *rq;

static int setup(void **state)
{
    (void)state;
    fake = fake_new();
    rq = &fake->rq;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static struct key numbered(int at)
{
    char name[32];

    snprintf(name, sizeof(name), "key:%d", at);
    return request_key_of(rq, arena_span(fake->arena, span_text(name)), 0);
}

static void pass(int64_t ms)
{
    fake->now_ms += ms;
    fake_request(fake);
}

static void add(int first, int count)
{
    for (int at = first; at < first + count; at++)
        keyspace_set_integer(rq, numbered(at), at, false);
}

static void expire(int at, int64_t at_ms)
{
    keyspace_set_expire(rq, numbered(at), keyspace_find(rq, numbered(at), FIND_QUIET), at_ms);
}

static void evict(int count)
{
    for (int i = 0; i < count; i++) {
        assert_true(keyspace_evict_one(rq) > 0);
        fake_request(fake);
    }
}

static int count_left(int first, int count)
{
    int left = 0;

    for (int at = first; at < first + count; at++)
        left += keyspace_find(rq, numbered(at), FIND_QUIET) != NULL;
    return left;
}

static struct keyspace_stats stats(void)
{
    struct keyspace_stats stats_now;

    keyspace_stats_get(fake->keyspace, &stats_now);
    return stats_now;
}

static void test_nothing_goes_without_a_policy_or_without_a_candidate(void **state)
{
    (void)state;
    add(0, 10);
    assert_int_equal(keyspace_evict_one(rq), 0);
    for (int policy = EVICT_VOLATILE_LRU; policy <= EVICT_VOLATILE_LRM; policy++) {
        fake->settings.maxmemory_policy = (enum eviction_policy)policy;
        assert_int_equal(keyspace_evict_one(rq), 0); /* no key expires */
    }
    assert_int_equal(count_left(0, 10), 10);
    keyspace_flush(fake->keyspace, -1, false);
    for (int policy = EVICT_ALLKEYS_LRU; policy <= EVICT_ALLKEYS_LRM; policy++) {
        fake->settings.maxmemory_policy = (enum eviction_policy)policy;
        assert_int_equal(keyspace_evict_one(rq), 0);
    }
}

static void test_an_evicted_key_is_an_effect_and_is_counted(void **state)
{
    size_t size, freed;

    (void)state;
    fake->settings.maxmemory_policy = EVICT_ALLKEYS_RANDOM;
    size = entry_memory(keyspace_add_take(rq, numbered(1), &dummy_type, dummy_new(1, 1)), 0);
    freed = keyspace_evict_one(rq);
    assert_int_equal(freed, size);
    assert_int_equal(rq->effect_count, 1);
    assert_string_equal(rq->effects[0].event, "evicted");
    assert_int_equal(rq->effects[0].class, EVENT_EVICTED);
    assert_int_equal(rq->effects[0].flags, EFFECT_CHANGED);
    assert_true(span_equal(rq->effects[0].key.name, SPAN("key:1")));
    assert_int_equal(stats().evicted_keys, 1);
    assert_int_equal(atomic_load(&dummies_alive), 0);
}

static void test_every_policy_empties_what_it_may(void **state)
{
    (void)state;
    for (int policy = EVICT_VOLATILE_LRU; policy <= EVICT_ALLKEYS_LRM; policy++) {
        bool all = policy >= EVICT_ALLKEYS_LRU;
        int evicted = 0;

        fake->settings.maxmemory_policy = (enum eviction_policy)policy;
        fake_request(fake);
        keyspace_flush(fake->keyspace, -1, false);
        add(0, 200);
        for (int at = 0; at < 100; at++)
            expire(at, fake->now_ms + HOURS_MS);
        while (keyspace_evict_one(rq) > 0)
            evicted++;
        assert_int_equal(evicted, all ? 200 : 100);
        assert_int_equal(count_left(100, 100), all ? 0 : 100);
    }
}

/* Half the keys were used lately: of the half that must go, few are theirs. */
static void check_recent_half_stays(enum eviction_policy policy, enum find_mode mode)
{
    int recent = 0, idle = 0;

    fake->settings.maxmemory_policy = policy;
    add(0, KEYS);
    pass(HOURS_MS);
    for (int at = 0; at < KEYS; at += 2) {
        pass(1);
        keyspace_find(rq, numbered(at), mode);
    }
    pass(1000);
    evict(KEYS / 2);
    for (int at = 0; at < KEYS; at += 2) {
        recent += count_left(at, 1);
        idle += count_left(at + 1, 1);
    }
    print_message("kept of the recently used: %d, of the others: %d, of %d each\n", recent, idle,
                  KEYS / 2);
    assert_true(recent > KEYS / 2 * 9 / 10);
}

static void test_lru_keeps_what_was_used_lately(void **state)
{
    (void)state;
    check_recent_half_stays(EVICT_ALLKEYS_LRU, FIND_READ);
}

static void test_lrm_keeps_what_was_written_lately(void **state)
{
    (void)state;
    check_recent_half_stays(EVICT_ALLKEYS_LRM, FIND_WRITE);
}

static void test_lfu_keeps_what_is_used_often(void **state)
{
    int often = 0;

    (void)state;
    fake->settings.maxmemory_policy = EVICT_ALLKEYS_LFU;
    add(0, KEYS);
    for (int i = 0; i < 200; i++) {
        fake_request(fake);
        for (int at = 0; at < KEYS; at += 10)
            keyspace_find(rq, numbered(at), FIND_READ);
    }
    evict(KEYS / 2);
    for (int at = 0; at < KEYS; at += 10)
        often += count_left(at, 1);
    assert_true(often > KEYS / 10 * 95 / 100);
}

static void test_ttl_takes_the_nearest_expiry_first(void **state)
{
    (void)state;
    fake->settings.maxmemory_policy = EVICT_VOLATILE_TTL;
    add(0, KEYS);
    for (int at = 0; at < KEYS; at++)
        expire(at, fake->now_ms + HOURS_MS + at);
    evict(KEYS / 2);
    assert_true(count_left(KEYS / 2, KEYS / 2) > KEYS / 2 * 95 / 100);
}

/* With a handful of keys there is no excuse: the idlest one goes. */
static void test_of_few_keys_the_idlest_goes(void **state)
{
    (void)state;
    fake->settings.maxmemory_policy = EVICT_ALLKEYS_LRU;
    for (int at = 0; at < 5; at++) {
        add(at, 1);
        pass(1000);
    }
    for (int at = 0; at < 5; at++) {
        evict(1);
        assert_int_equal(count_left(0, at + 1), 0);
        assert_int_equal(count_left(at + 1, 5), 4 - at);
    }
}

static void test_keys_of_all_databases_may_go(void **state)
{
    (void)state;
    fake->settings.maxmemory_policy = EVICT_ALLKEYS_LRU;
    for (int at = 0; at < 100; at++) {
        struct key key = numbered(at);

        key.db = at % 16;
        keyspace_set_integer(rq, key, at, false);
    }
    evict(100);
    assert_int_equal(keyspace_evict_one(rq), 0);
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(test_nothing_goes_without_a_policy_or_without_a_candidate),
        RULE(test_an_evicted_key_is_an_effect_and_is_counted),
        RULE(test_every_policy_empties_what_it_may),
        RULE(test_lru_keeps_what_was_used_lately),
        RULE(test_lrm_keeps_what_was_written_lately),
        RULE(test_lfu_keeps_what_is_used_often),
        RULE(test_ttl_takes_the_nearest_expiry_first),
        RULE(test_of_few_keys_the_idlest_goes),
        RULE(test_keys_of_all_databases_may_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
