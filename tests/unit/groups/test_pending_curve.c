/* test_pending_curve.c - what pending entries cost from 10^4 to 10^6 (MS_CURVE_LIMIT changes the
 * end): printed, not asserted, since time is noisy here. Costs must follow the result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "core/hash/random.h"
#include "groups/pending.h"

enum {
    CONSUMERS = 10,
    BATCH = 100
};

struct run {
    struct pending *list;
    struct pending_owner owners[CONSUMERS];
    struct random random;
    uint64_t count;
};

static double now_ns(void)
{
    struct timespec at;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static struct stream_id id_at(uint64_t i)
{
    return (struct stream_id){.ms = 1700000000000 + i / 16, .seq = i % 16};
}

static void deliver(struct run *run)
{
    for (uint64_t i = 0; i < run->count; i++) {
        if (i % BATCH == 0)
            pending_expect(run->list, BATCH);
        pending_add(run->list, id_at(i), &run->owners[i / BATCH % CONSUMERS],
                    1700000000000 + (int64_t)(i / BATCH), 1);
    }
}

/* 1000 calls that claim 100 each, all idle. */
static void claim(struct run *run)
{
    uint32_t place = PENDING_NONE;

    for (int call = 0; call < 1000; call++) {
        uint64_t budget = 10 * BATCH;

        if (place == PENDING_NONE)
            place = pending_first(run->list);
        for (int i = 0; i < BATCH && place != PENDING_NONE; i++) {
            struct pending_entry entry;

            place = pending_seek_idle(run->list, place, INT64_MAX, &budget);
            if (place == PENDING_NONE)
                break;
            pending_get(run->list, place, &entry);
            pending_touch(run->list, place, &run->owners[0], 1800000000000, entry.count + 1);
            place = pending_next(run->list, place);
        }
    }
}

/* 1000 calls that find nothing idle enough in their 1000 entries. */
static void claim_nothing(struct run *run)
{
    for (int call = 0; call < 1000; call++) {
        uint64_t budget = 10 * BATCH;

        pending_seek_idle(run->list, pending_seek(run->list, id_at((uint64_t)call)), 0, &budget);
    }
}

static void acknowledge_some_anywhere(struct run *run)
{
    for (int i = 0; i < 1000; i++)
        pending_remove_id(run->list, id_at(random_below(&run->random, run->count)));
}

static void acknowledge_the_rest_in_order(struct run *run)
{
    for (uint64_t i = 0; i < run->count; i++)
        pending_remove_id(run->list, id_at(i));
}

static double timed(struct run *run, void (*work)(struct run *run), double operations)
{
    double start = now_ns();

    work(run);
    return (now_ns() - start) / operations;
}

static void test_costs_follow_the_result(void **state)
{
    const char *given = getenv("MS_CURVE_LIMIT");
    uint64_t limit = given ? strtoull(given, NULL, 10) : 1000000;

    (void)state;
    print_message("%10s %9s %11s %9s %12s %12s %10s\n", "pending", "add ns", "bytes each",
                  "claim ns", "pass 1000 ns", "any ack ns", "ack ns");
    for (uint64_t count = 10000; count <= limit; count *= 10) {
        struct run run = {.list = pending_new(), .count = count};
        double add, bytes, claimed, passed, any;

        random_init(&run.random, count);
        for (int i = 0; i < CONSUMERS; i++)
            pending_join(run.list, &run.owners[i]);
        add = timed(&run, deliver, (double)count);
        bytes = (double)pending_memory(run.list) / (double)count;
        claimed = timed(&run, claim, 1000 * BATCH);
        passed = timed(&run, claim_nothing, 1000);
        any = timed(&run, acknowledge_some_anywhere, 1000);
        print_message("%10llu %9.1f %11.2f %9.1f %12.1f %12.1f %10.1f\n", (unsigned long long)count,
                      add, bytes, claimed, passed, any,
                      timed(&run, acknowledge_the_rest_in_order, (double)count));
        pending_free(run.list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs_follow_the_result),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
