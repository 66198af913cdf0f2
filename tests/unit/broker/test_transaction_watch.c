/* The marks of WATCH: which changes make a watcher dirty. */
#include "broker/transaction/watch.h"
#include "storage/keyspace/keyspace.h"
#include "tests/lib/unit/fake_request.h"
#include "types/generic/database_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/string/string_commands.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct world {
    struct fake *fake;
    struct watch_table *table;
    struct watcher one, two;
};

static int setup(void **state)
{
    static struct world world;

    world = (struct world){.fake = fake_new(), .table = watch_table_new()};
    fake_add_commands(world.fake, string_commands);
    fake_add_commands(world.fake, key_commands);
    fake_add_commands(world.fake, expire_commands);
    fake_add_commands(world.fake, database_commands);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    watch_clear(world->table, &world->one);
    watch_clear(world->table, &world->two);
    watch_table_free(world->table);
    fake_free(world->fake);
    return 0;
}

static void mark(struct world *world, struct watcher *watcher, const char *name)
{
    struct request *rq = fake_request(world->fake);

    assert_true(watch_add(world->table, watcher, rq, fake_key(world->fake, name)));
}

/* Runs a command and carries its effects out, as the broker does. */
static void run(struct world *world, const char *line)
{
    struct request *rq = &world->fake->rq;

    fake_line(world->fake, line);
    for (size_t i = 0; i < rq->effect_count; i++)
        if (rq->effects[i].flags & EFFECT_MODIFIED)
            watch_effect(world->table, rq, &rq->effects[i]);
}

static bool is_clean(struct world *world, struct watcher *watcher)
{
    return watch_is_clean(watcher, fake_request(world->fake));
}

static void test_a_change_makes_only_watchers_of_the_key_dirty(void **state)
{
    struct world *world = *state;

    mark(world, &world->one, "k");
    mark(world, &world->two, "l");
    assert_true(is_clean(world, &world->one));
    run(world, "SET k 1");
    assert_false(is_clean(world, &world->one));
    assert_true(is_clean(world, &world->two));
}

static void test_a_key_is_marked_once(void **state)
{
    struct world *world = *state;

    mark(world, &world->one, "k");
    mark(world, &world->one, "k");
    mark(world, &world->two, "k");
    assert_int_equal(world->one.count, 1);
    assert_int_equal(watch_count_keys(world->table), 1);
    world->fake->db = 1;
    mark(world, &world->one, "k");
    assert_int_equal(world->one.count, 2);
    assert_int_equal(watch_count_keys(world->table), 1);
}

static void test_a_dirty_watchers_keys_are_not_counted(void **state)
{
    struct world *world = *state;

    mark(world, &world->one, "k");
    mark(world, &world->one, "l");
    mark(world, &world->two, "l");
    assert_int_equal(watch_count_keys(world->table), 2);
    run(world, "SET k 1");
    assert_int_equal(watch_count_keys(world->table), 1);
}

static void test_clearing_forgets_marks_and_dirt(void **state)
{
    struct world *world = *state;

    mark(world, &world->one, "k");
    assert_true(world->one.bytes > 0);
    run(world, "SET k 1");
    watch_clear(world->table, &world->one);
    assert_true(is_clean(world, &world->one));
    assert_int_equal(world->one.count, 0);
    assert_int_equal(world->one.bytes, 0);
    assert_int_equal(world->one.shards, 0);
    run(world, "SET k 2");
    assert_true(is_clean(world, &world->one));
}

static void test_another_database_is_another_key(void **state)
{
    struct world *world = *state;

    mark(world, &world->one, "k");
    world->fake->db = 1;
    run(world, "SET k 1");
    assert_true(is_clean(world, &world->one));
}

static void test_passing_its_time_changes_a_key_without_an_effect(void **state)
{
    struct world *world = *state;

    run(world, "SET k 1 PX 10");
    mark(world, &world->one, "k");
    world->fake->now_ms += 9;
    assert_true(is_clean(world, &world->one));
    world->fake->now_ms += 1;
    assert_false(is_clean(world, &world->one));
}

static void test_a_key_past_its_time_may_be_deleted_for_it(void **state)
{
    struct world *world = *state;

    run(world, "SET k 1 PX 10");
    world->fake->now_ms += 10;
    mark(world, &world->one, "k");
    assert_true(is_clean(world, &world->one));
    run(world, "GET k");
    assert_true(is_clean(world, &world->one));
    run(world, "SET k 2");
    assert_false(is_clean(world, &world->one));
}

static void test_writing_over_a_key_past_its_time_is_a_change(void **state)
{
    struct world *world = *state;

    run(world, "SET k 1 PX 10");
    world->fake->now_ms += 10;
    mark(world, &world->one, "k");
    run(world, "SET k 2");
    assert_false(is_clean(world, &world->one));
}

static void test_a_flush_changes_what_was_there(void **state)
{
    struct world *world = *state;

    run(world, "SET k 1");
    mark(world, &world->one, "k");
    mark(world, &world->two, "missing");
    run(world, "FLUSHDB");
    assert_false(is_clean(world, &world->one));
    assert_true(is_clean(world, &world->two));
}

static void test_a_flush_of_another_database_changes_nothing(void **state)
{
    struct world *world = *state;

    run(world, "SET k 1");
    mark(world, &world->one, "k");
    world->fake->db = 2;
    run(world, "FLUSHDB");
    assert_true(is_clean(world, &world->one));
    run(world, "FLUSHALL");
    assert_false(is_clean(world, &world->one));
}

static void test_a_swap_changes_what_is_there_before_or_after(void **state)
{
    struct world *world = *state;

    world->fake->db = 1;
    run(world, "SET k 1");
    world->fake->db = 0;
    mark(world, &world->one, "k");
    mark(world, &world->two, "missing");
    run(world, "SWAPDB 0 1");
    assert_false(is_clean(world, &world->one));
    assert_true(is_clean(world, &world->two));
    watch_clear(world->table, &world->one);
    mark(world, &world->one, "k");
    run(world, "SWAPDB 2 1");
    assert_true(is_clean(world, &world->one));
    run(world, "SWAPDB 0 2");
    assert_false(is_clean(world, &world->one));
}

static void test_what_is_past_its_time_on_both_sides_of_a_swap_is_missing(void **state)
{
    struct world *world = *state;

    run(world, "SET k 1 PX 10");
    world->fake->now_ms += 10;
    mark(world, &world->one, "k");
    run(world, "SWAPDB 0 1");
    assert_true(is_clean(world, &world->one));
    run(world, "SWAPDB 0 1");
    assert_true(is_clean(world, &world->one));
    run(world, "SET k 2");
    assert_false(is_clean(world, &world->one));
}

/* Eviction lets its shard go before it tells: EXEC must not slip in between. */
static void test_a_key_that_is_gone_is_noticed_before_anybody_tells(void **state)
{
    struct world *world = *state;

    run(world, "SET k 1");
    mark(world, &world->one, "k");
    fake_line(world->fake, "DEL k");
    assert_false(is_clean(world, &world->one));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_change_makes_only_watchers_of_the_key_dirty),
        TEST(test_a_key_is_marked_once),
        TEST(test_a_dirty_watchers_keys_are_not_counted),
        TEST(test_clearing_forgets_marks_and_dirt),
        TEST(test_another_database_is_another_key),
        TEST(test_passing_its_time_changes_a_key_without_an_effect),
        TEST(test_a_key_past_its_time_may_be_deleted_for_it),
        TEST(test_writing_over_a_key_past_its_time_is_a_change),
        TEST(test_a_flush_changes_what_was_there),
        TEST(test_a_flush_of_another_database_changes_nothing),
        TEST(test_a_swap_changes_what_is_there_before_or_after),
        TEST(test_what_is_past_its_time_on_both_sides_of_a_swap_is_missing),
        TEST(test_a_key_that_is_gone_is_noticed_before_anybody_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
