/* The heap of keys that expire: order, removal from the middle, and the exact sum, against a plain
 * array. MS_TEST_SEED repeats a random run. */
#include "storage/keyspace/expiry.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "storage/keyspace/entry_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

enum {
    ENTRIES = 500,
    STEPS = 40000
};

static struct entry *entries[ENTRIES];
static bool is_in[ENTRIES];

static struct entry *new_entry(void)
{
    struct entry *entry = entry_new(FORM_INTEGER, true, SPAN("k"), 0);

    entry_set_word(entry, 0);
    return entry;
}

static void check(const struct expiry *expiry)
{
    int64_t least = INT64_MAX;
    __int128 sum = 0;
    size_t count = 0;

    for (int i = 0; i < ENTRIES; i++) {
        if (!is_in[i])
            continue;
        count++;
        sum += entry_expire_get(entries[i]);
        if (entry_expire_get(entries[i]) < least)
            least = entry_expire_get(entries[i]);
    }
    assert_int_equal(expiry->count, count);
    assert_true(expiry->sum_ms == sum);
    if (count > 0)
        assert_int_equal(entry_expire_get(expiry_first(expiry)), least);
    else
        assert_null(expiry_first(expiry));
}

static void test_a_random_life_agrees_with_a_plain_array(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    struct expiry expiry = {0};
    struct random random;

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int i = 0; i < ENTRIES; i++)
        entries[i] = new_entry();
    for (int step = 0; step < STEPS; step++) {
        size_t at = random_below(&random, ENTRIES);
        int64_t time_ms = (int64_t)random_below(&random, 1000);
        struct entry *moved;

        if (!is_in[at]) {
            expiry_add(&expiry, entries[at], time_ms);
            is_in[at] = true;
        } else if (random_below(&random, 3) == 0) {
            expiry_change(&expiry, entries[at], time_ms);
        } else if (random_below(&random, 2) == 0) {
            moved = new_entry();
            memcpy(moved, entries[at], mem_size(moved));
            mem_free(entries[at]);
            entries[at] = moved;
            expiry_moved(&expiry, moved);
        } else {
            expiry_remove(&expiry, entries[at]);
            is_in[at] = false;
        }
        if (step % 16 == 0)
            check(&expiry);
    }
    for (int i = 0; i < ENTRIES; i++) {
        if (is_in[i])
            expiry_remove(&expiry, entries[i]);
        is_in[i] = false;
        mem_free(entries[i]);
    }
    assert_null(expiry.heap); /* an empty one holds no memory */
}

static void test_entries_come_out_in_order_of_their_times(void **state)
{
    struct expiry expiry = {0};
    struct random random;
    int64_t last = -1;

    (void)state;
    random_init(&random, 7);
    for (int i = 0; i < ENTRIES; i++)
        expiry_add(&expiry, new_entry(), (int64_t)random_below(&random, 100));
    while (expiry.count > 0) {
        struct entry *first = expiry_first(&expiry);

        assert_true(entry_expire_get(first) >= last);
        last = entry_expire_get(first);
        expiry_remove(&expiry, first);
        entry_free_shell(first);
    }
}

static void test_slack_of_the_heap_is_at_most_a_quarter(void **state)
{
    enum {
        MANY = 100000
    };
    static struct entry *many[MANY];
    struct expiry expiry = {0};

    (void)state;
    for (int i = 0; i < MANY; i++) {
        many[i] = new_entry();
        expiry_add(&expiry, many[i], i);
        assert_true(expiry.capacity <= expiry.count + expiry.count / 4 + 8);
    }
    for (int i = 0; i < MANY; i++)
        entry_free_shell(many[i]);
    expiry_release(&expiry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_random_life_agrees_with_a_plain_array),
        cmocka_unit_test(test_entries_come_out_in_order_of_their_times),
        cmocka_unit_test(test_slack_of_the_heap_is_at_most_a_quarter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
