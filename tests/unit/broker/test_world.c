/* Stopping the world excludes everybody, and nobody waits for ever; inboxes lose nothing. */
#include "broker/net/inbox.h"
#include "broker/reactor/world.h"
#include "core/time/clock.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    REACTORS = 4,
    ROUNDS = 2000,
    MESSAGES = 5000
};

static struct world *world;
static long shared_counter;         /* written in exclusive sections only */
static long own_counters[REACTORS]; /* each by its reactor while it runs */

/* A reactor that is always busy and stops the world now and then. */
static void *reactor_main(void *argument)
{
    int self = (int)(intptr_t)argument;

    for (int i = 0; i < ROUNDS; i++) {
        world_enter(world, self);
        own_counters[self]++;
        if (i % 50 == self) {
            long sum = 0;

            world_stop(world, self);
            for (int r = 0; r < REACTORS; r++)
                sum += own_counters[r];
            shared_counter += sum > 0;
            world_resume(world, self);
            own_counters[self]++;
        }
        world_leave(world, self);
    }
    return NULL;
}

static void test_exclusive_sections_see_everybody_at_rest(void **state)
{
    pthread_t threads[REACTORS];
    long sum = 0;

    (void)state;
    world = world_new(REACTORS);
    for (intptr_t i = 0; i < REACTORS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reactor_main, (void *)i), 0);
    for (int i = 0; i < REACTORS; i++) {
        pthread_join(threads[i], NULL);
        sum += own_counters[i];
    }
    assert_int_equal(shared_counter, REACTORS * ROUNDS / 50);
    assert_int_equal(sum, REACTORS * ROUNDS + shared_counter);
    world_free(world);
}

/* --- Waits. */

static struct world_waits waits_now(void)
{
    struct world_waits waits;

    world_waits_get(world, &waits);
    return waits;
}

/* True once somebody waits, to stop the world or to run; false after a long time. */
static bool await_one(bool stop)
{
    int64_t deadline = clock_now_ms() + 30000;

    for (;;) {
        struct world_waits waits = waits_now();

        if (stop ? waits.stop_waits : waits.run_waits)
            return true;
        if (clock_now_ms() > deadline)
            return false;
        sched_yield();
    }
}

static void test_who_has_the_world_to_himself_counts_as_waiting_for_nobody(void **state)
{
    struct world_waits waits;

    (void)state;
    world = world_new(REACTORS);
    for (int self = 0; self < REACTORS; self++) {
        world_enter(world, self);
        world_stop(world, self);
        world_resume(world, self);
        world_leave(world, self);
    }
    waits = waits_now();
    assert_int_equal(waits.stops, REACTORS);
    assert_int_equal(waits.stop_waits + waits.stop_wait_ns, 0);
    assert_int_equal(waits.run_waits + waits.run_wait_ns, 0);
    world_free(world);
}

static atomic_bool is_running;

static void *run_until_wanted(void *unused)
{
    bool wanted;

    world_enter(world, 1);
    atomic_store(&is_running, true);
    wanted = await_one(true);
    world_leave(world, 1);
    assert_true(wanted);
    return unused;
}

static void test_who_stops_a_running_reactor_waits_once(void **state)
{
    struct world_waits waits;
    pthread_t thread;

    (void)state;
    world = world_new(REACTORS);
    atomic_store(&is_running, false);
    assert_int_equal(pthread_create(&thread, NULL, run_until_wanted, NULL), 0);
    while (!atomic_load(&is_running))
        sched_yield();
    world_enter(world, 0);
    world_stop(world, 0);
    waits = waits_now();
    world_resume(world, 0);
    world_leave(world, 0);
    pthread_join(thread, NULL);
    assert_int_equal(waits.stops, 1);
    assert_int_equal(waits.stop_waits, 1);
    assert_true(waits.stop_wait_ns > 0);
    assert_int_equal(waits.run_waits + waits.run_wait_ns, 0);
    world_waits_reset(world);
    waits = waits_now();
    assert_int_equal(waits.stops + waits.stop_waits + waits.stop_wait_ns, 0);
    world_free(world);
}

static void *run_once(void *unused)
{
    world_enter(world, 1);
    world_leave(world, 1);
    return unused;
}

static void test_who_wants_to_run_while_the_world_is_stopped_waits_once(void **state)
{
    struct world_waits waits;
    pthread_t thread;

    (void)state;
    world = world_new(REACTORS);
    world_enter(world, 0);
    world_stop(world, 0);
    assert_int_equal(pthread_create(&thread, NULL, run_once, NULL), 0);
    assert_true(await_one(false));
    assert_int_equal(waits_now().run_wait_ns, 0); /* it has not ended */
    world_resume(world, 0);
    world_leave(world, 0);
    pthread_join(thread, NULL);
    waits = waits_now();
    assert_int_equal(waits.run_waits, 1);
    assert_true(waits.run_wait_ns > 0);
    assert_int_equal(waits.stop_waits + waits.stop_wait_ns, 0);
    world_waits_reset(world);
    waits = waits_now();
    assert_int_equal(waits.run_waits + waits.run_wait_ns, 0);
    world_free(world);
}

struct numbered {
    struct inbox_message message;
    int sender, number;
};

static struct inbox inbox;

static void *sender_main(void *argument)
{
    for (int i = 0; i < MESSAGES; i++) {
        struct numbered *message = malloc(sizeof(*message));

        message->sender = (int)(intptr_t)argument;
        message->number = i;
        inbox_push(&inbox, &message->message);
    }
    return NULL;
}

static void test_an_inbox_keeps_each_senders_order_and_loses_nothing(void **state)
{
    pthread_t threads[REACTORS];
    int next[REACTORS] = {0}, total = 0;

    (void)state;
    for (intptr_t i = 0; i < REACTORS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sender_main, (void *)i), 0);
    while (total < REACTORS * MESSAGES) {
        struct inbox_message *message = inbox_take(&inbox);

        while (message) {
            struct numbered *numbered = (struct numbered *)message;

            message = message->next;
            assert_int_equal(numbered->number, next[numbered->sender]++);
            total++;
            free(numbered);
        }
    }
    for (int i = 0; i < REACTORS; i++)
        pthread_join(threads[i], NULL);
    assert_null(inbox_take(&inbox));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exclusive_sections_see_everybody_at_rest),
        cmocka_unit_test(test_who_has_the_world_to_himself_counts_as_waiting_for_nobody),
        cmocka_unit_test(test_who_stops_a_running_reactor_waits_once),
        cmocka_unit_test(test_who_wants_to_run_while_the_world_is_stopped_waits_once),
        cmocka_unit_test(test_an_inbox_keeps_each_senders_order_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
