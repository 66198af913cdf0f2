/* Who has to wait for a mutex is counted, and how long; who doesn't is not. */
#include "core/time/waits.h"
#include "core/time/clock.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct waits waits;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *lock_once(void *counted)
{
    waits_lock(counted, &mutex);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void test_a_free_mutex_counts_nothing(void **state)
{
    (void)state;
    waits_reset(&waits);
    for (int i = 0; i < 1000; i++)
        lock_once(&waits);
    assert_int_equal(waits_count(&waits), 0);
    assert_int_equal(waits_ns(&waits), 0);
}

static void await_waiter(void)
{
    int64_t deadline = clock_now_ms() + 30000;

    while (waits_count(&waits) == 0) {
        assert_true(clock_now_ms() < deadline);
        sched_yield();
    }
}

/* Counted before it waits, so that who looks sees it waiting; its time when it is over. */
static void test_who_waits_is_counted_once_and_timed(void **state)
{
    uint64_t start_ns = clock_monotonic_ns();
    pthread_t thread;

    (void)state;
    waits_reset(&waits);
    pthread_mutex_lock(&mutex);
    assert_int_equal(pthread_create(&thread, NULL, lock_once, &waits), 0);
    await_waiter();
    assert_int_equal(waits_ns(&waits), 0);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    assert_int_equal(waits_count(&waits), 1);
    assert_in_range(waits_ns(&waits), 1, clock_monotonic_ns() - start_ns);
    waits_reset(&waits);
    assert_int_equal(waits_count(&waits), 0);
    assert_int_equal(waits_ns(&waits), 0);
}

static void test_nobody_need_count(void **state)
{
    pthread_t thread;

    (void)state;
    pthread_mutex_lock(&mutex);
    assert_int_equal(pthread_create(&thread, NULL, lock_once, NULL), 0);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    lock_once(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_free_mutex_counts_nothing),
        cmocka_unit_test(test_who_waits_is_counted_once_and_timed),
        cmocka_unit_test(test_nobody_need_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
