/* The thread that frees in the background: what it counts, and that waiting for it works. */
#include "storage/keyspace/lazyfree.h"
#include "core/base/mem.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void free_behind_gate(void *thing)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    mem_free(thing);
}

static void assert_counts(struct lazyfree *lazyfree, uint64_t freed, uint64_t pending)
{
    uint64_t freed_now, pending_now;

    lazyfree_counts(lazyfree, &freed_now, &pending_now);
    assert_int_equal(freed_now, freed);
    assert_int_equal(pending_now, pending);
}

static void test_what_is_queued_is_pending_until_it_is_freed(void **state)
{
    struct lazyfree *lazyfree = lazyfree_new();

    (void)state;
    pthread_mutex_lock(&gate);
    lazyfree_take(lazyfree, free_behind_gate, mem_alloc(10), 1);
    lazyfree_take(lazyfree, free_behind_gate, mem_alloc(10), 100);
    assert_counts(lazyfree, 0, 101);
    pthread_mutex_unlock(&gate);
    lazyfree_drain(lazyfree);
    assert_counts(lazyfree, 101, 0);
    lazyfree_reset_freed(lazyfree);
    assert_counts(lazyfree, 0, 0);
    lazyfree_free(lazyfree);
}

static void test_ending_it_frees_what_is_queued(void **state)
{
    size_t before = mem_used();
    struct lazyfree *lazyfree = lazyfree_new();

    (void)state;
    for (int i = 0; i < 1000; i++)
        lazyfree_take(lazyfree, mem_free, mem_alloc(1000), 1);
    lazyfree_free(lazyfree);
    assert_int_equal(mem_used(), before);
    lazyfree = lazyfree_new(); /* and one that was never used just goes */
    lazyfree_drain(lazyfree);
    lazyfree_free(lazyfree);
}

static void test_only_what_nobody_asked_to_be_freed_there_is_owed(void **state)
{
    struct lazyfree *lazyfree = lazyfree_new();
    size_t before = mem_used();

    (void)state;
    assert_false(lazyfree_owes(lazyfree));
    pthread_mutex_lock(&gate);
    lazyfree_take(lazyfree, free_behind_gate, mem_alloc(1 << 20), 1);
    assert_false(lazyfree_owes(lazyfree));
    lazyfree_take(lazyfree, free_behind_gate, mem_alloc(1 << 20), 0);
    assert_true(lazyfree_owes(lazyfree));
    lazyfree_take(lazyfree, free_behind_gate, mem_alloc(1 << 20), 1);
    assert_true(lazyfree_owes(lazyfree));
    pthread_mutex_unlock(&gate);
    lazyfree_drain(lazyfree);
    assert_int_equal(mem_used(), before);
    assert_false(lazyfree_owes(lazyfree));
    lazyfree_free(lazyfree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_queued_is_pending_until_it_is_freed),
        cmocka_unit_test(test_only_what_nobody_asked_to_be_freed_there_is_owed),
        cmocka_unit_test(test_ending_it_frees_what_is_queued),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
