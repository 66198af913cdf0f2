/* test_pending.c - pending entries, rule by rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "groups/pending.h"
#include "pending_check.h"

struct fixture {
    struct pending *list;
    struct pending_owner alice, bob;
};

static struct stream_id id_of(uint64_t ms, uint64_t seq)
{
    return (struct stream_id){.ms = ms, .seq = seq};
}

static void start(struct fixture *fixture)
{
    fixture->list = pending_new();
    pending_join(fixture->list, &fixture->alice);
    pending_join(fixture->list, &fixture->bob);
}

static void stop(struct fixture *fixture)
{
    pending_check(fixture->list);
    pending_free(fixture->list);
}

/* Entries 1-0 .. count-0 of alice, delivered at 1000. */
static void fill_alice(struct fixture *fixture, uint64_t count)
{
    for (uint64_t i = 1; i <= count; i++)
        assert_int_equal(pending_add(fixture->list, id_of(i, 0), &fixture->alice, 1000, 1), 0);
}

static struct pending_entry entry_at(struct fixture *fixture, uint32_t place)
{
    struct pending_entry entry;

    assert_true(place != PENDING_NONE);
    pending_get(fixture->list, place, &entry);
    return entry;
}

static struct pending_entry entry_of(struct fixture *fixture, uint64_t ms, uint64_t seq)
{
    return entry_at(fixture, pending_find(fixture->list, id_of(ms, seq)));
}

/* Delivering an entry twice must not give it two records: the second add is refused. */
static void test_add_refuses_an_id_already_pending(void **state)
{
    struct fixture f;

    (void)state;
    start(&f);
    assert_int_equal(pending_add(f.list, id_of(5, 1), &f.alice, 1000, 1), 0);
    assert_int_equal(pending_add(f.list, id_of(5, 1), &f.bob, 2000, 9), ERR_EXISTS);
    assert_int_equal(pending_count(f.list), 1);
    assert_ptr_equal(entry_of(&f, 5, 1).owner, &f.alice);
    assert_int_equal(entry_of(&f, 5, 1).delivered_ms, 1000);
    assert_int_equal(entry_of(&f, 5, 1).count, 1);
    stop(&f);
}

static void test_an_id_can_be_pending_again_after_it_was_removed(void **state)
{
    struct fixture f;

    (void)state;
    start(&f);
    fill_alice(&f, 50);
    assert_true(pending_remove_id(f.list, id_of(20, 0)));
    assert_false(pending_remove_id(f.list, id_of(20, 0)));
    assert_int_equal(pending_add(f.list, id_of(20, 0), &f.bob, 1500, 3), 0);
    assert_ptr_equal(entry_of(&f, 20, 0).owner, &f.bob);
    assert_int_equal(f.alice.count, 49);
    stop(&f);
}

static void test_entries_come_in_id_order_whatever_the_order_of_adding(void **state)
{
    static const uint64_t order[] = {50, 10, 90, 30, 70, 20, 60};
    struct fixture f;
    uint64_t before = 0;

    (void)state;
    start(&f);
    for (size_t i = 0; i < 7; i++)
        pending_add(f.list, id_of(order[i], 0), &f.alice, 1000 + (int64_t)i, 1);
    for (uint32_t at = pending_first(f.list); at != PENDING_NONE; at = pending_next(f.list, at)) {
        assert_true(entry_at(&f, at).id.ms > before);
        before = entry_at(&f, at).id.ms;
    }
    assert_int_equal(before, 90);
    assert_int_equal(entry_at(&f, pending_last(f.list)).id.ms, 90);
    assert_int_equal(entry_at(&f, pending_seek(f.list, id_of(31, 0))).id.ms, 50);
    assert_true(pending_seek(f.list, id_of(90, 1)) == PENDING_NONE);
    stop(&f);
}

static void test_the_time_list_keeps_the_order_of_touching_among_equal_times(void **state)
{
    struct fixture f;
    uint32_t at;

    (void)state;
    start(&f);
    fill_alice(&f, 3);
    pending_touch(f.list, pending_find(f.list, id_of(1, 0)), &f.bob, 1000, 2);
    at = pending_oldest(f.list);
    assert_int_equal(entry_at(&f, at).id.ms, 2);
    at = pending_later(f.list, at);
    assert_int_equal(entry_at(&f, at).id.ms, 3);
    at = pending_later(f.list, at);
    assert_int_equal(entry_at(&f, at).id.ms, 1);
    assert_true(pending_later(f.list, at) == PENDING_NONE);
    stop(&f);
}

static void test_a_touch_with_an_earlier_time_goes_to_its_place_in_the_time_list(void **state)
{
    struct fixture f;

    (void)state;
    start(&f);
    for (uint64_t i = 1; i <= 10; i++)
        pending_add(f.list, id_of(i, 0), &f.alice, (int64_t)i * 100, 1);
    pending_touch(f.list, pending_find(f.list, id_of(9, 0)), &f.alice, 350, 1);
    pending_check(f.list);
    assert_int_equal(entry_at(&f, pending_later(f.list, pending_find(f.list, id_of(3, 0)))).id.ms,
                     9);
    pending_touch(f.list, pending_find(f.list, id_of(10, 0)), &f.alice, 50, 1);
    assert_int_equal(entry_at(&f, pending_oldest(f.list)).id.ms, 10);
    stop(&f);
}

static void test_released_entries_lead_the_time_list_in_the_order_of_their_release(void **state)
{
    struct fixture f;
    uint32_t at;

    (void)state;
    start(&f);
    fill_alice(&f, 5);
    pending_release(f.list, pending_find(f.list, id_of(4, 0)), 1);
    pending_release(f.list, pending_find(f.list, id_of(2, 0)), INT64_MAX);
    assert_int_equal(pending_unowned_count(f.list), 2);
    assert_int_equal(f.alice.count, 3);
    at = pending_oldest(f.list);
    assert_int_equal(entry_at(&f, at).id.ms, 4);
    at = pending_later(f.list, at);
    assert_int_equal(entry_at(&f, at).id.ms, 2);
    assert_null(entry_at(&f, at).owner);
    assert_int_equal(entry_at(&f, at).delivered_ms, 0);
    assert_true(entry_at(&f, at).count == INT64_MAX);
    at = pending_later(f.list, at);
    assert_int_equal(entry_at(&f, at).id.ms, 1);
    pending_release(f.list, pending_find(f.list, id_of(4, 0)), 1); /* again: to the end */
    assert_int_equal(entry_at(&f, pending_oldest(f.list)).id.ms, 2);
    stop(&f);
}

static void test_numbers_that_do_not_fit_a_packed_slot_are_kept_in_full(void **state)
{
    struct fixture f;
    struct stream_id odd = {.ms = 7, .seq = UINT64_MAX - 1};

    (void)state;
    start(&f);
    fill_alice(&f, 7);
    assert_int_equal(pending_add(f.list, odd, &f.bob, 4, 300), 0);
    assert_int_equal(pending_add(f.list, id_of(UINT64_MAX, UINT64_MAX), &f.bob, INT64_MAX, 254), 0);
    assert_int_equal(pending_add(f.list, id_of(0, 1), &f.bob, 0, INT64_MAX - 1), 0);
    assert_int_equal(entry_of(&f, odd.ms, odd.seq).count, 300);
    assert_int_equal(entry_of(&f, odd.ms, odd.seq).delivered_ms, 4);
    assert_int_equal(entry_of(&f, 3, 0).delivered_ms, 1000);
    assert_int_equal(entry_of(&f, 0, 1).delivered_ms, 0);
    assert_true(entry_of(&f, 0, 1).count == INT64_MAX - 1);
    assert_true(entry_of(&f, UINT64_MAX, UINT64_MAX).delivered_ms == INT64_MAX);
    assert_int_equal(entry_of(&f, UINT64_MAX, UINT64_MAX).count, 254);
    stop(&f);
}

static void test_times_many_weeks_apart_are_kept_exactly(void **state)
{
    struct fixture f;
    int64_t now = INT64_C(1700000000000), month = INT64_C(30) * 86400000;

    (void)state;
    start(&f);
    for (int i = 0; i < 24; i++)
        pending_add(f.list, id_of((uint64_t)i + 1, 0), &f.alice, now + i * month, 1);
    for (int i = 0; i < 24; i++)
        assert_true(entry_of(&f, (uint64_t)i + 1, 0).delivered_ms == now + i * month);
    stop(&f);
}

static void test_a_walk_of_one_owner_passes_only_its_entries(void **state)
{
    struct fixture f;
    uint64_t seen = 0, want = 400;

    (void)state;
    start(&f);
    for (uint64_t i = 1; i <= 1000; i++)
        pending_add(f.list, id_of(i, 0), i % 2 ? &f.alice : &f.bob, 1000, 1);
    for (uint32_t at = pending_owner_seek(f.list, &f.bob, id_of(399, 0), INT64_MAX);
         at != PENDING_NONE; at = pending_owner_next(f.list, &f.bob, at, INT64_MAX)) {
        assert_int_equal(entry_at(&f, at).id.ms, want);
        want += 2;
        seen++;
    }
    assert_int_equal(seen, 301);
    stop(&f);
}

static void test_a_leaving_owner_takes_its_entries_along(void **state)
{
    struct fixture f;
    struct pending_owner carol;

    (void)state;
    start(&f);
    for (uint64_t i = 1; i <= 1000; i++)
        pending_add(f.list, id_of(i, 0), i % 3 ? &f.alice : &f.bob, 1000, 1);
    assert_int_equal(pending_leave(f.list, &f.alice), 667);
    pending_check(f.list);
    assert_int_equal(pending_count(f.list), 333);
    pending_join(f.list, &carol); /* takes the number that became free */
    assert_int_equal(carol.number, 0);
    assert_int_equal(carol.count, 0);
    assert_true(pending_owner_seek(f.list, &carol, id_of(0, 0), INT64_MAX) == PENDING_NONE);
    stop(&f);
}

static void test_seek_idle_counts_what_it_passes_over_against_the_budget(void **state)
{
    struct fixture f;
    uint64_t budget = 1000;
    uint32_t at;

    (void)state;
    start(&f);
    fill_alice(&f, 600);
    pending_touch(f.list, pending_find(f.list, id_of(500, 0)), &f.bob, 500, 2);
    at = pending_seek_idle(f.list, pending_first(f.list), 999, &budget);
    assert_int_equal(entry_at(&f, at).id.ms, 500);
    assert_int_equal(budget, 501);
    budget = 130;
    at = pending_seek_idle(f.list, pending_first(f.list), 999, &budget);
    assert_int_equal(entry_at(&f, at).id.ms, 131);
    assert_int_equal(budget, 0);
    budget = 1000;
    at = pending_seek_idle(f.list, pending_first(f.list), 400, &budget);
    assert_true(at == PENDING_NONE);
    assert_int_equal(budget, 400);
    pending_release(f.list, pending_find(f.list, id_of(300, 0)), 1); /* nobody's: idle for ever */
    at = pending_seek_idle(f.list, pending_first(f.list), 0, &budget);
    assert_int_equal(entry_at(&f, at).id.ms, 300);
    stop(&f);
}

static void test_a_copy_has_the_same_entries_and_shares_nothing(void **state)
{
    struct fixture f;
    struct pending_owner owners[2], *by_number[2] = {&owners[0], &owners[1]};
    struct pending *copy;
    struct pending_entry entry;
    uint32_t a, b;

    (void)state;
    start(&f);
    for (uint64_t i = 1; i <= 500; i++)
        pending_add(f.list, id_of(i, i), i % 3 ? &f.alice : &f.bob, 1000 + (int64_t)i, 1);
    pending_release(f.list, pending_find(f.list, id_of(77, 77)), 500);
    assert_int_equal(pending_owner_slots(f.list), 2);
    copy = pending_copy(f.list, by_number);
    pending_check(copy);
    for (a = pending_oldest(f.list), b = pending_oldest(copy); a != PENDING_NONE;
         a = pending_later(f.list, a), b = pending_later(copy, b)) {
        struct pending_entry want = entry_at(&f, a);

        pending_get(copy, b, &entry);
        assert_int_equal(stream_id_compare(entry.id, want.id), 0);
        assert_int_equal(entry.delivered_ms, want.delivered_ms);
        assert_int_equal(entry.count, want.count);
        assert_true(want.owner ? entry.owner == &owners[want.owner->number] : !entry.owner);
    }
    assert_true(b == PENDING_NONE);
    assert_int_equal(pending_leave(copy, &owners[0]), 333);
    pending_check(copy);
    pending_free(copy);
    assert_int_equal(pending_count(f.list), 500);
    stop(&f);
}

static void test_a_small_group_is_small(void **state)
{
    struct fixture f;

    (void)state;
    start(&f);
    fill_alice(&f, 3);
    assert_true(pending_memory(f.list) < 600);
    stop(&f);
}

/* The figure of the design: 32 bytes a record when there are many. */
static void test_many_entries_take_at_most_32_bytes_each(void **state)
{
    struct fixture f;

    (void)state;
    start(&f);
    for (uint64_t i = 1; i <= 200000; i++)
        pending_add(f.list, id_of(1700000000000 + i / 50, i % 50), i / 100 % 2 ? &f.alice : &f.bob,
                    1700000000000 + (int64_t)i / 50, 1);
    print_message("bytes per pending entry: %.2f\n", (double)pending_memory(f.list) / 200000);
    assert_true(pending_memory(f.list) <= 32 * 200000);
    stop(&f);
}

static void test_acknowledging_gives_memory_back(void **state)
{
    struct fixture f;

    (void)state;
    start(&f);
    fill_alice(&f, 100000);
    for (uint64_t i = 1; i <= 100000; i++)
        if (i % 50)
            assert_true(pending_remove_id(f.list, id_of(i, 0)));
    pending_check(f.list);
    assert_int_equal(pending_count(f.list), 2000);
    print_message("bytes per entry left of a sparse list: %.2f\n",
                  (double)pending_memory(f.list) / 2000);
    assert_true(pending_memory(f.list) < 2000 * 100);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_refuses_an_id_already_pending),
        cmocka_unit_test(test_an_id_can_be_pending_again_after_it_was_removed),
        cmocka_unit_test(test_entries_come_in_id_order_whatever_the_order_of_adding),
        cmocka_unit_test(test_the_time_list_keeps_the_order_of_touching_among_equal_times),
        cmocka_unit_test(test_a_touch_with_an_earlier_time_goes_to_its_place_in_the_time_list),
        cmocka_unit_test(test_released_entries_lead_the_time_list_in_the_order_of_their_release),
        cmocka_unit_test(test_numbers_that_do_not_fit_a_packed_slot_are_kept_in_full),
        cmocka_unit_test(test_times_many_weeks_apart_are_kept_exactly),
        cmocka_unit_test(test_a_walk_of_one_owner_passes_only_its_entries),
        cmocka_unit_test(test_a_leaving_owner_takes_its_entries_along),
        cmocka_unit_test(test_seek_idle_counts_what_it_passes_over_against_the_budget),
        cmocka_unit_test(test_a_copy_has_the_same_entries_and_shares_nothing),
        cmocka_unit_test(test_a_small_group_is_small),
        cmocka_unit_test(test_many_entries_take_at_most_32_bytes_each),
        cmocka_unit_test(test_acknowledging_gives_memory_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
