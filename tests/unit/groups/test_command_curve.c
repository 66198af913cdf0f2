/* test_command_curve.c - what the commands cost with 10^4 to 10^6 pending (MS_CURVE_LIMIT changes
 * the end): printed, not asserted, since time is noisy here. Costs must follow the result. */
#include <stdlib.h>
#include <time.h>

#include "groups/group.h"
#include "says.h"
#include "storage/keyspace/entry.h"

enum {
    CONSUMERS = 10,
    CALLS = 200
};

static const char *const calls[] = {
    "XPENDING s g",
    "XPENDING s g - + 10",
    "XPENDING s g IDLE 3600000 - + 10",
    "XPENDING s g IDLE 3600000 - + 10 c7",
    "XAUTOCLAIM s g c1 3600000 0 COUNT 100 JUSTID",
    "XREADGROUP GROUP g c1 COUNT 10 CLAIM 3600000 STREAMS s >",
    "XINFO GROUPS s",
    "XINFO CONSUMERS s g",
};

static double now_us(void)
{
    struct timespec at;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

/* Entries that were delivered in batches of 100 and are gone from the stream since: commands that
 * only look at records need no more. Five of them are idle for hours. */
static struct fake *with_pending(uint64_t count)
{
    struct fake *f = start();
    struct group *group;
    struct consumer *consumers[CONSUMERS];
    char name[16];

    says(f, "XGROUP CREATE s g 0 MKSTREAM", "OK");
    group = group_find(entry_value(keyspace_find(fake_request(f), fake_key(f, "s"), FIND_QUIET)),
                       SPAN("g"));
    for (int i = 0; i < CONSUMERS; i++) {
        snprintf(name, sizeof(name), "c%d", i);
        consumers[i] = group_add_consumer(group, span_text(name), f->now_ms);
    }
    for (uint64_t i = 1; i <= count; i++) {
        bool idle = i % (count / 5) == 0;

        pending_add(group->pending, (struct stream_id){.ms = i, .seq = 0},
                    &consumers[i / 100 % CONSUMERS]->owner,
                    f->now_ms + (int64_t)(i / 100) - (idle ? 7200000 : 0), 1);
    }
    f->now_ms += (int64_t)(count / 100);
    return f;
}

static void test_commands_cost_what_they_return(void **state)
{
    const char *given = getenv("MS_CURVE_LIMIT");
    uint64_t limit = given ? strtoull(given, NULL, 10) : 1000000;

    (void)state;
    for (uint64_t count = 10000; count <= limit; count *= 10) {
        struct fake *f = with_pending(count);

        print_message("%llu pending:\n", (unsigned long long)count);
        for (size_t call = 0; call < sizeof(calls) / sizeof(calls[0]); call++) {
            double started = now_us();

            for (int i = 0; i < CALLS; i++)
                assert_int_not_equal(fake_line(f, calls[call])[0], '-');
            print_message("  %8.2f us  %s\n", (now_us() - started) / CALLS, calls[call]);
        }
        fake_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_cost_what_they_return),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
