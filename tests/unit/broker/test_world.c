/* Stopping the world excludes everybody, and nobody waits for ever; inboxes lose nothing. */
#include "broker/net/inbox.h"
#include "broker/reactor/world.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
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
        cmocka_unit_test(test_an_inbox_keeps_each_senders_order_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
