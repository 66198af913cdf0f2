/* Who has to wait for the log's lock is counted where its owner wants it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/time/clock.h"
#include "storage/log/commit_internal.h"
#include "tests/unit/storage/log_fixture.h"

#include <pthread.h>
#include <sched.h>

static void *append_one(void *log)
{
    commit_log_append_volatile(log, SPAN("one"));
    return NULL;
}

/* The log's own thread, which wants the lock too, has not been started. */
static void test_who_waits_for_the_lock_is_counted(void **state)
{
    struct waits waits = {0};
    struct twin *twin = twin_new();
    struct commit_options options = options_of(twin_io(twin), COMMIT_NO);
    int64_t deadline = clock_now_ms() + 30000;
    struct commit_log *log;
    pthread_t thread;

    (void)state;
    options.waits = &waits;
    log = open_with(&options, false);
    append_one(log);
    assert_int_equal(waits_count(&waits), 0);
    commit_lock(log);
    assert_int_equal(pthread_create(&thread, NULL, append_one, log), 0);
    while (waits_count(&waits) == 0) {
        assert_true(clock_now_ms() < deadline);
        sched_yield();
    }
    commit_unlock(log);
    pthread_join(thread, NULL);
    assert_int_equal(commit_log_position(log), 6);
    assert_int_equal(waits_count(&waits), 1);
    assert_true(waits_ns(&waits) > 0);
    commit_log_close(log);
    twin_free(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_waits_for_the_lock_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
