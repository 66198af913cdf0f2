/* test_pending_model.c - random work on pending entries beside a naive model: two arrays, one in id
 * order, one in time order. The seed is printed; MS_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/error.h"
#include "core/hash/random.h"
#include "groups/pending.h"
#include "pending_check.h"

enum {
    OWNERS = 7,
    MODEL_LIMIT = 4000
};

struct record {
    struct stream_id id;
    int owner; /* -1: nobody */
    int64_t time, count;
};

/* Records in the order of the time list; order by id is found by sorting. */
struct model {
    struct record records[MODEL_LIMIT];
    size_t count;
};

struct run {
    struct random random;
    struct pending *list;
    struct pending_owner owners[OWNERS];
    struct model model;
    uint64_t span; /* ids are drawn from this many */
    bool odd;      /* odd numbers too: far apart, large */
    int64_t now;
};

static uint64_t below(struct run *run, uint64_t bound)
{
    return random_below(&run->random, bound);
}

static struct stream_id any_id(struct run *run)
{
    uint64_t n = below(run, run->span);
    struct stream_id id = {.ms = 1000 + n / 4, .seq = 1 + n % 4};

    if (run->odd && n % 97 == 0)
        id.seq += UINT64_C(1) << 40;
    if (run->odd && n % 89 == 0)
        id.ms += UINT64_C(1) << 45;
    return id;
}

static int64_t any_time(struct run *run)
{
    if (below(run, 4) > 0)
        return run->now;
    if (run->odd && below(run, 10) == 0)
        return (int64_t)below(run, 1000);
    return run->now - (int64_t)below(run, 1000);
}

static int64_t any_count(struct run *run)
{
    if (run->odd && below(run, 20) == 0)
        return INT64_MAX - (int64_t)below(run, 2);
    return (int64_t)below(run, run->odd ? 300 : 200);
}

static size_t model_find(const struct model *model, struct stream_id id)
{
    size_t i = 0;

    while (i < model->count && stream_id_compare(model->records[i].id, id) != 0)
        i++;
    return i;
}

static void model_take(struct model *model, size_t at)
{
    model->count--;
    memmove(model->records + at, model->records + at + 1,
            (model->count - at) * sizeof(struct record));
}

static void model_put(struct model *model, struct record record)
{
    size_t at = 0;

    while (at < model->count && model->records[at].owner < 0)
        at++;
    while (record.owner >= 0 && at < model->count && model->records[at].time <= record.time)
        at++;
    memmove(model->records + at + 1, model->records + at,
            (model->count - at) * sizeof(struct record));
    model->records[at] = record;
    model->count++;
}

static int by_id(const void *a, const void *b)
{
    return stream_id_compare(((const struct record *)a)->id, ((const struct record *)b)->id);
}

static void same(struct run *run, uint32_t place, const struct record *record)
{
    struct pending_entry entry;

    assert_true(place != PENDING_NONE);
    pending_get(run->list, place, &entry);
    assert_int_equal(stream_id_compare(entry.id, record->id), 0);
    assert_true(entry.owner == (record->owner < 0 ? NULL : &run->owners[record->owner]));
    assert_true(entry.delivered_ms == (record->owner < 0 ? 0 : record->time));
    assert_true(entry.count == record->count);
}

static void compare_idle(struct run *run, const struct model *sorted)
{
    struct stream_id from = any_id(run);
    int64_t cutoff = run->now - (int64_t)below(run, 1500);
    uint64_t budget = below(run, 500), left = budget;
    uint32_t place = pending_seek_idle(run->list, pending_seek(run->list, from), cutoff, &left);
    size_t at = 0;

    while (at < sorted->count && stream_id_compare(sorted->records[at].id, from) < 0)
        at++;
    while (at < sorted->count && budget > 0 && sorted->records[at].owner >= 0 &&
           sorted->records[at].time > cutoff) {
        at++;
        budget--;
    }
    if (at == sorted->count)
        assert_true(place == PENDING_NONE);
    else
        same(run, place, &sorted->records[at]);
    assert_int_equal(left, budget);
}

static void compare(struct run *run)
{
    static struct model sorted;
    uint32_t at = pending_oldest(run->list);

    pending_check(run->list);
    assert_int_equal(pending_count(run->list), run->model.count);
    for (size_t i = 0; i < run->model.count; i++, at = pending_later(run->list, at))
        same(run, at, &run->model.records[i]);
    assert_true(at == PENDING_NONE);
    sorted = run->model;
    qsort(sorted.records, sorted.count, sizeof(struct record), by_id);
    at = pending_first(run->list);
    for (size_t i = 0; i < sorted.count; i++, at = pending_next(run->list, at))
        same(run, at, &sorted.records[i]);
    assert_true(at == PENDING_NONE);
    for (int owner = 0; owner < OWNERS; owner++) {
        struct stream_id from = any_id(run);
        int64_t cutoff = owner % 2 ? INT64_MAX : run->now - (int64_t)below(run, 1500);

        at = pending_owner_seek(run->list, &run->owners[owner], from, cutoff);
        for (size_t i = 0; i < sorted.count; i++) {
            if (sorted.records[i].owner != owner || sorted.records[i].time > cutoff ||
                stream_id_compare(sorted.records[i].id, from) < 0)
                continue;
            same(run, at, &sorted.records[i]);
            at = pending_owner_next(run->list, &run->owners[owner], at, cutoff);
        }
        assert_true(at == PENDING_NONE);
    }
    compare_idle(run, &sorted);
}

static void add(struct run *run, struct stream_id id, int owner)
{
    struct record record = {
        .id = id, .owner = owner, .time = any_time(run), .count = any_count(run)};
    bool known = model_find(&run->model, id) < run->model.count;

    if (run->model.count == MODEL_LIMIT)
        return;
    assert_int_equal(pending_add(run->list, id, owner < 0 ? NULL : &run->owners[owner], record.time,
                                 record.count),
                     known ? ERR_EXISTS : 0);
    if (!known)
        model_put(&run->model, record);
}

/* A run of ids in order, as a delivery makes them. */
static void add_run(struct run *run)
{
    struct stream_id id = any_id(run);
    size_t count = below(run, 200);
    int owner = (int)below(run, OWNERS);

    pending_expect(run->list, below(run, 2) ? count : 0);
    for (size_t i = 0; i < count; i++) {
        add(run, id, owner);
        id.ms += id.seq == 4;
        id.seq = id.seq == 4 ? 1 : id.seq + 1;
    }
}

static void change(struct run *run, struct stream_id id, unsigned what)
{
    size_t at = model_find(&run->model, id);
    uint32_t place = pending_find(run->list, id);
    struct record record;

    assert_true((place != PENDING_NONE) == (at < run->model.count));
    if (place == PENDING_NONE)
        return;
    record = run->model.records[at];
    record.count = any_count(run);
    record.time = any_time(run);
    model_take(&run->model, at);
    if (what == 0) {
        pending_remove(run->list, place);
        return;
    }
    record.owner = what == 1 ? -1 : (int)below(run, OWNERS);
    if (what == 1)
        pending_release(run->list, place, record.count);
    else
        pending_touch(run->list, place, &run->owners[record.owner], record.time, record.count);
    model_put(&run->model, record);
}

static void leave(struct run *run)
{
    int owner = (int)below(run, OWNERS);
    uint64_t count = 0;

    for (size_t i = run->model.count; i-- > 0;)
        if (run->model.records[i].owner == owner) {
            model_take(&run->model, i);
            count++;
        }
    assert_int_equal(pending_leave(run->list, &run->owners[owner]), count);
    pending_join(run->list, &run->owners[owner]);
}

static void step(struct run *run)
{
    unsigned dice = (unsigned)below(run, 100);

    run->now += (int64_t)below(run, 20);
    if (dice < 4)
        add_run(run);
    else if (dice < 20)
        add(run, any_id(run), (int)below(run, OWNERS));
    else if (dice < 23)
        add(run, any_id(run), -1);
    else if (dice < 60)
        change(run, any_id(run), 0);
    else if (dice < 66)
        change(run, any_id(run), 1);
    else if (dice < 98)
        change(run, any_id(run), 2);
    else if (below(run, 20) == 0)
        leave(run);
    else if (run->model.count > 0)
        for (size_t i = below(run, 300); i > 0 && run->model.count > 0; i--)
            change(run, run->model.records[0].id, 0); /* the oldest ones, as workers do */
}

static void run_model(uint64_t seed, uint64_t span, bool odd, int steps)
{
    static struct run run;

    memset(&run, 0, sizeof(run));
    random_init(&run.random, seed);
    run.span = span;
    run.odd = odd;
    run.now = INT64_C(1700000000000);
    run.list = pending_new();
    for (int i = 0; i < OWNERS; i++)
        pending_join(run.list, &run.owners[i]);
    for (int i = 0; i < steps; i++) {
        step(&run);
        if (i % 50 == 0)
            compare(&run);
    }
    compare(&run);
    pending_free(run.list);
}

static void test_pending_agrees_with_a_naive_model(void **state)
{
    const char *given = getenv("MS_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    run_model(seed, 100, false, 5000);
    run_model(seed + 1, 3000, false, 10000);
    run_model(seed + 2, 3000, true, 10000);
    run_model(seed + 3, 12000, false, 10000);
    run_model(seed + 4, 12000, true, 10000);
}

/* Too many for the naive model, so only counts and invariants: owners with several chunks of
 * blocks, entries changing hands and going at random places. */
static void test_owners_of_many_blocks_keep_their_sets_in_order(void **state)
{
    enum {
        COUNT = 60000
    };
    struct pending_owner owners[3];
    struct pending *list = pending_new();
    struct random random;
    uint64_t left = COUNT;

    (void)state;
    random_init(&random, 12345);
    for (int i = 0; i < 3; i++)
        pending_join(list, &owners[i]);
    for (uint64_t i = 0; i < COUNT; i++)
        pending_add(list, (struct stream_id){.ms = i, .seq = 1}, &owners[i / 30000], 1000, 1);
    while (left > 0) {
        for (int i = 0; i < 5000; i++) {
            struct stream_id id = {.ms = random_below(&random, COUNT), .seq = 1};
            uint32_t place = pending_find(list, id);

            if (place == PENDING_NONE)
                continue;
            if (random_below(&random, 5) < 2) {
                pending_touch(list, place, &owners[random_below(&random, 3)], 1001, 2);
            } else {
                pending_remove(list, place);
                left--;
            }
        }
        pending_check(list);
        assert_int_equal(pending_count(list), left);
        if (left < COUNT / 10)
            left -= pending_leave(list, &owners[0]) + pending_leave(list, &owners[1]) +
                    pending_leave(list, &owners[2]);
    }
    assert_int_equal(pending_count(list), 0);
    pending_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owners_of_many_blocks_keep_their_sets_in_order),
        cmocka_unit_test(test_pending_agrees_with_a_naive_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
