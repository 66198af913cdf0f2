/* Several threads on one keyspace, each holding only the shards of its keys: nothing is lost, and
 * ThreadSanitizer (preset tsan) finds nothing to say. */
#include "storage/keyspace/keyspace.h"
#include "core/hash/key_hash.h"
#include "core/hash/random.h"
#include "core/time/clock.h"
#include "tests/unit/storage/dummy_value.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    THREADS = 4,
    ROUNDS = 20000,
    NAMES = 300,
    COUNTERS = 20
};

static struct keyspace *keyspace;
static struct settings settings;
static pthread_rwlock_t world = PTHREAD_RWLOCK_INITIALIZER; /* as the broker's: exclusive or not */

struct worker {
    pthread_t thread;
    struct random random;
    struct arena *arena;
    struct request rq;
    int64_t added[COUNTERS];
    size_t evicted, expired;
};

static struct request *begin(struct worker *worker)
{
    struct request *rq = &worker->rq;

    arena_reset(worker->arena);
    request_init(rq);
    rq->now_ms = 1700000000000;
    rq->keyspace = keyspace;
    rq->settings = &settings;
    rq->arena = worker->arena;
    rq->random = &worker->random;
    return rq;
}

static struct key named(struct request *rq, const char *prefix, size_t at)
{
    return request_key_of(rq, arena_printf(rq->arena, "%s:%zu", prefix, at), 0);
}

static void hold(struct request *rq, uint64_t shards)
{
    keyspace_lock(keyspace, shards);
    rq->held_shards = shards;
}

static void let_go(struct request *rq)
{
    uint64_t shards = rq->held_shards;

    rq->held_shards = 0;
    keyspace_unlock(keyspace, shards);
}

static void count_up(struct worker *worker)
{
    struct request *rq = begin(worker);
    size_t at = random_below(&worker->random, COUNTERS);
    struct key key = named(rq, "counter", at);
    struct entry *entry;

    hold(rq, key_shard_bit(&key));
    entry = keyspace_find(rq, key, FIND_WRITE);
    keyspace_set_integer(rq, key, (entry ? entry_integer(entry) : 0) + 1, false);
    let_go(rq);
    worker->added[at]++;
}

/* Some change to one or two keys. */
static void change(struct worker *worker)
{
    struct request *rq = begin(worker);
    struct key a = named(rq, "k", random_below(&worker->random, NAMES));
    struct key b = named(rq, "k", random_below(&worker->random, NAMES));
    struct entry *entry;

    hold(rq, key_shard_bit(&a) | key_shard_bit(&b));
    entry = keyspace_find(rq, a, FIND_READ);
    switch (random_below(&worker->random, 6)) {
    case 0:
        keyspace_put_take(rq, a, &dummy_type, dummy_new(1, random_below(&worker->random, 130)),
                          true);
        break;
    case 1:
        keyspace_set_string(rq, a, SPAN("some bytes or other"), false);
        break;
    case 2:
        if (entry)
            keyspace_set_expire(rq, a, entry,
                                rq->now_ms + (int64_t)random_below(&worker->random, 2));
        break;
    case 3:
        keyspace_delete(rq, a, true);
        break;
    case 4:
        if (entry && !keyspace_find(rq, b, FIND_WRITE))
            keyspace_move(rq, a, b);
        break;
    default:
        if (entry && !keyspace_find(rq, b, FIND_WRITE))
            keyspace_copy(rq, a, b);
    }
    let_go(rq);
}

/* What timers and the memory limit do meanwhile. */
static void tend(struct worker *worker)
{
    unsigned shard = (unsigned)random_below(&worker->random, KEY_SHARDS);
    struct request *rq = begin(worker);
    struct keyspace_stats stats;
    bool more;

    hold(rq, UINT64_C(1) << shard);
    worker->expired += keyspace_expire_slice(rq, shard, 1000, &more);
    keyspace_rehash_slice(keyspace, shard, 100);
    let_go(rq);
    worker->evicted += keyspace_evict_one(begin(worker)) > 0;
    keyspace_stats_get(keyspace, &stats); /* not exact now, but allowed */
}

/* With the world stopped no shard's lock is needed. */
static void look_at_all(struct worker *worker)
{
    struct request *rq = begin(worker);

    pthread_rwlock_wrlock(&world);
    rq->held_shards = SHARDS_ALL;
    keyspace_count(keyspace, 0);
    keyspace_random(rq, 0);
    keyspace_evict_one(rq);
    pthread_rwlock_unlock(&world);
    for (size_t i = 0; i < rq->effect_count; i++)
        worker->evicted += strcmp(rq->effects[i].event, "evicted") == 0;
}

static void *work(void *context)
{
    struct worker *worker = context;

    for (int round = 0; round < ROUNDS; round++) {
        pthread_rwlock_rdlock(&world);
        change(worker);
        if (round % 4 == 0)
            count_up(worker);
        if (round % 16 == 0)
            tend(worker);
        pthread_rwlock_unlock(&world);
        if (round % 512 == 0)
            look_at_all(worker);
    }
    return NULL;
}

static void test_threads_that_hold_their_shards_lose_nothing(void **state)
{
    static struct worker workers[THREADS];
    struct keyspace_stats stats;
    size_t evicted = 0, expired = 0;

    (void)state;
    settings_init(&settings);
    settings.maxmemory_policy = EVICT_VOLATILE_LRU; /* so that counters stay */
    settings.lazyfree_lazy_eviction = settings.lazyfree_lazy_expire = true;
    keyspace = keyspace_new(1, true);
    for (int i = 0; i < THREADS; i++) {
        workers[i].arena = arena_new();
        random_init(&workers[i].random, (uint64_t)i);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        evicted += workers[i].evicted;
        expired += workers[i].expired;
    }
    keyspace_stats_get(keyspace, &stats);
    assert_int_equal(stats.evicted_keys, evicted);
    assert_int_equal(stats.expired_keys_active, expired);
    assert_true(stats.expired_keys >= expired);
    for (size_t at = 0; at < COUNTERS; at++) {
        struct request *rq = begin(&workers[0]);
        int64_t sum = 0;

        for (int i = 0; i < THREADS; i++)
            sum += workers[i].added[at];
        rq->held_shards = SHARDS_ALL;
        assert_int_equal(entry_integer(keyspace_find(rq, named(rq, "counter", at), FIND_QUIET)),
                         sum);
    }
    for (int i = 0; i < THREADS; i++)
        arena_free(workers[i].arena);
    keyspace_free(keyspace);
    assert_int_equal(atomic_load(&dummies_alive), 0);
}

static uint64_t lock_waits(void)
{
    struct keyspace_stats stats;

    keyspace_stats_get(keyspace, &stats);
    return stats.lock_waits;
}

static uint64_t lock_wait_ns(void)
{
    struct keyspace_stats stats;

    keyspace_stats_get(keyspace, &stats);
    return stats.lock_wait_ns;
}

static void *lock_two(void *unused)
{
    keyspace_lock(keyspace, 3);
    keyspace_unlock(keyspace, 3);
    return unused;
}

/* Counted before it waits, so that who looks sees it waiting. */
static void test_who_waits_for_a_shard_is_counted(void **state)
{
    int64_t deadline = clock_now_ms() + 30000;
    pthread_t thread;

    (void)state;
    keyspace = keyspace_new(1, true);
    lock_two(NULL);
    assert_int_equal(lock_waits(), 0);
    keyspace_lock(keyspace, 2);
    assert_int_equal(pthread_create(&thread, NULL, lock_two, NULL), 0);
    while (lock_waits() == 0) {
        assert_true(clock_now_ms() < deadline);
        sched_yield();
    }
    assert_int_equal(lock_wait_ns(), 0); /* it has not ended */
    keyspace_unlock(keyspace, 2);
    pthread_join(thread, NULL);
    assert_int_equal(lock_waits(), 1);
    assert_true(lock_wait_ns() > 0);
    keyspace_stats_reset(keyspace);
    assert_int_equal(lock_waits(), 0);
    assert_int_equal(lock_wait_ns(), 0);
    keyspace_free(keyspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_that_hold_their_shards_lose_nothing),
        cmocka_unit_test(test_who_waits_for_a_shard_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
