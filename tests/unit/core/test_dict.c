/* The dict: rules of single calls, a random comparison with a plain array, and the guarantee of its
 * scan across growth and shrinking. MS_TEST_SEED repeats a random run. */
#include "core/base/mem.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"
#include "core/hash/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/resource.h>
#include <cmocka.h>

enum {
    SMALL = 3000,
    LARGE = 70000, /* tables with pages of their own are doubled, and given back in parts */
    SLOTS = 7
};

struct item {
    char name[16];
    size_t size;
    bool in;     /* the model: is it in the dict? */
    int visits;  /* by the scan or walk under test */
    bool steady; /* stays in throughout the scan */
};

static struct item *items;

static struct span item_key(const void *entry)
{
    const struct item *item = entry;

    return span_of(item->name, item->size);
}

/* So few different hashes that chains get long and tags repeat. */
static uint64_t poor_hash(struct span key)
{
    uint64_t hash = key_hash(key);

    return (hash & 7) | (hash >> 8 & 3) << 48;
}

static int freed;

static void item_free(void *entry)
{
    struct item *item = entry;

    assert_true(item->in);
    item->in = false;
    freed++;
}

static const struct dict_type good_type = {.key = item_key, .hash = key_hash, .free = item_free};
static const struct dict_type poor_type = {.key = item_key, .hash = poor_hash, .free = item_free};

static uint64_t random_seed(const char *test)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    print_message("%s: MS_TEST_SEED=%llu\n", test, (unsigned long long)seed);
    return seed;
}

static int setup(void **state)
{
    (void)state;
    items = mem_zalloc(LARGE * sizeof(*items));
    for (int i = 0; i < LARGE; i++)
        items[i].size = (size_t)snprintf(items[i].name, sizeof(items[i].name), "item:%d", i);
    freed = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mem_free(items);
    return 0;
}

static uint64_t hash_of(const struct dict *dict, const struct item *item)
{
    return dict->type->hash(item_key(item));
}

static struct item *find(struct dict *dict, const struct item *item)
{
    return dict_find(dict, hash_of(dict, item), item_key(item));
}

static void add(struct dict *dict, struct item *item)
{
    assert_false(item->in);
    dict_add(dict, hash_of(dict, item), item);
    item->in = true;
}

static void take_out(struct dict *dict, struct item *item)
{
    assert_true(item->in);
    assert_ptr_equal(dict_remove(dict, hash_of(dict, item), item_key(item)), item);
    item->in = false;
}

static void add_range(struct dict *dict, int from, int to)
{
    for (int i = from; i < to; i++)
        add(dict, &items[i]);
}

/* The report leaves out only what the allocator adds to a block (nothing, with jemalloc). */
static void assert_memory_reported(const struct dict *dict, size_t used)
{
    assert_in_range(used, dict_memory(dict), dict_memory(dict) * 5 / 4);
}

static void finish_resize(struct dict *dict)
{
    while (dict_step(dict, 100))
        ;
}

/* The dict holds exactly what the model says. */
static void assert_same_as_model(struct dict *dict, int universe)
{
    size_t count = 0;

    for (int i = 0; i < universe; i++) {
        assert_ptr_equal(find(dict, &items[i]), items[i].in ? &items[i] : NULL);
        count += items[i].in;
    }
    assert_int_equal(dict_count(dict), count);
}

static void test_an_empty_dict_has_no_memory_and_answers_everything(void **state)
{
    struct dict dict;
    struct random random;
    struct dict_walk walk;
    void *entries[4];

    (void)state;
    random_init(&random, 1);
    dict_init(&dict, &good_type);
    assert_int_equal(dict_memory(&dict), 0);
    assert_null(find(&dict, &items[0]));
    assert_null(dict_remove(&dict, hash_of(&dict, &items[0]), item_key(&items[0])));
    assert_null(dict_random(&dict, &random));
    assert_int_equal(dict_sample(&dict, &random, entries, 4), 0);
    assert_int_equal(dict_scan(&dict, 0, NULL, NULL), 0);
    assert_int_equal(dict_scan(&dict, 77, NULL, NULL), 0);
    assert_false(dict_step(&dict, 10));
    dict_shrink_if_sparse(&dict);
    dict_prefetch(&dict, 1);
    dict_walk_begin(&walk, &dict);
    assert_null(dict_walk_next(&walk));
    dict_walk_end(&walk);
    dict_release(&dict);
}

static void test_a_tiny_dict_costs_one_cache_line(void **state)
{
    size_t before = mem_used();
    struct dict dict;

    (void)state;
    dict_init(&dict, &good_type);
    add_range(&dict, 0, SLOTS);
    assert_int_equal(dict_bucket_count(&dict), 1);
    assert_in_range(dict_memory(&dict), 64, 80);
    assert_memory_reported(&dict, mem_used() - before);
    assert_int_equal((uintptr_t)dict.table[0].buckets % 64, 0);
    dict_release(&dict);
    assert_int_equal(mem_used(), before);
}

static void test_release_frees_every_entry_and_all_memory(void **state)
{
    size_t before = mem_used();
    struct dict dict;

    (void)state;
    dict_init(&dict, &poor_type);
    add_range(&dict, 0, 1000);
    dict_release(&dict);
    assert_int_equal(freed, 1000);
    assert_int_equal(mem_used(), before);
    add_range(&dict, 0, 10); /* usable again */
    assert_same_as_model(&dict, 1000);
    dict_release(&dict);
}

static void test_memory_is_what_is_reported(void **state)
{
    size_t before = mem_used();
    struct dict dict;

    (void)state;
    dict_init(&dict, &good_type);
    for (int i = 0; i < LARGE; i++) {
        add(&dict, &items[i]);
        if (i % 997 == 0)
            assert_memory_reported(&dict, mem_used() - before);
    }
    for (int i = 0; i < LARGE; i++) {
        take_out(&dict, &items[i]);
        if (i % 997 == 0)
            assert_memory_reported(&dict, mem_used() - before);
    }
    assert_in_range(dict_memory(&dict), 64, 80); /* one bucket is kept for what comes next */
    assert_memory_reported(&dict, mem_used() - before);
    dict_release(&dict);
    assert_int_equal(mem_used(), before);
}

/* Worst right after a doubling, best right before the next. */
static void test_memory_per_entry_is_low(void **state)
{
    size_t worst = 0, best = SIZE_MAX;
    struct dict dict;

    (void)state;
    dict_init(&dict, &good_type);
    for (int i = 0; i < LARGE; i++) {
        add(&dict, &items[i]);
        if (i >= 2000 && dict_bucket_count(&dict) == (size_t)1 << dict.table[0].exponent) {
            size_t each = dict_memory(&dict) * 100 / dict_count(&dict);

            worst = each > worst ? each : worst;
            best = each < best ? each : best;
        }
    }
    print_message("bytes per entry: %.1f to %.1f\n", (double)best / 100, (double)worst / 100);
    assert_in_range(best, 914, 1400);
    assert_in_range(worst, 914, 1900);
    dict_release(&dict);
}

static void test_growth_keeps_every_entry_findable_at_every_step(void **state)
{
    struct dict dict;

    (void)state;
    dict_init(&dict, &good_type);
    for (int i = 0; i < 600; i++) {
        add(&dict, &items[i]);
        assert_same_as_model(&dict, 700);
    }
    dict_release(&dict);
}

static void test_shrinking_keeps_every_entry_findable_at_every_step(void **state)
{
    size_t full;
    struct dict dict;

    (void)state;
    dict_init(&dict, &good_type);
    add_range(&dict, 0, 1000);
    finish_resize(&dict);
    full = dict_memory(&dict);
    for (int i = 0; i < 990; i++) {
        take_out(&dict, &items[i]);
        if (i > 700)
            assert_same_as_model(&dict, 1000);
    }
    finish_resize(&dict);
    dict_shrink_if_sparse(&dict);
    finish_resize(&dict);
    assert_true(dict_memory(&dict) <= full / 16);
    assert_same_as_model(&dict, 1000);
    dict_release(&dict);
}

static void test_no_call_moves_more_than_one_full_bucket(void **state)
{
    struct dict dict;

    (void)state;
    dict_init(&dict, &good_type);
    for (int i = 0; i < LARGE; i++) {
        size_t moved = dict.moved;

        add(&dict, &items[i]);
        if (dict.moved > moved)
            assert_in_range(dict.moved - moved, 1, 9);
    }
    dict_release(&dict);
}

static long pages_touched(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_minflt;
}

/* The table of 150,000 buckets has 2048 pages, which nobody may go through at once. */
static void test_no_call_touches_a_whole_large_table(void **state)
{
    enum {
        COUNT = 1000000,
        PAGES = 1000 /* a sanitizer has shadows of some */
    };
    struct item *many = mem_zalloc(COUNT * sizeof(*many));
    struct dict dict;
    long most = 0, touched;

    (void)state;
    dict_init(&dict, &good_type);
    for (int i = 0; i < COUNT; i++)
        many[i].size = (size_t)snprintf(many[i].name, sizeof(many[i].name), "item:%d", i);
    touched = pages_touched();
    for (int i = 0; i < COUNT; i++) {
        long now;

        add(&dict, &many[i]);
        now = pages_touched();
        most = now - touched > most ? now - touched : most;
        touched = now;
    }
    print_message("pages touched by one call: at most %ld\n", most);
    assert_in_range(most, 0, PAGES);
    dict_release(&dict);
    mem_free(many);
}

static void test_remove_of_an_absent_key_gives_null(void **state)
{
    struct dict dict;

    (void)state;
    dict_init(&dict, &poor_type);
    add_range(&dict, 0, 100);
    for (int i = 100; i < 200; i++)
        assert_null(dict_remove(&dict, hash_of(&dict, &items[i]), item_key(&items[i])));
    assert_same_as_model(&dict, 200);
    dict_release(&dict);
}

static void test_replace_swaps_the_entry_and_nothing_else(void **state)
{
    static struct item copies[300];
    struct dict dict;

    (void)state;
    dict_init(&dict, &poor_type);
    add_range(&dict, 0, 300);
    for (int i = 0; i < 300; i++) {
        copies[i] = items[i];
        dict_replace(&dict, hash_of(&dict, &items[i]), &items[i], &copies[i]);
        assert_ptr_equal(find(&dict, &items[i]), &copies[i]);
    }
    assert_int_equal(dict_count(&dict), 300);
    dict_release(&dict);
    assert_int_equal(freed, 300);
}

static void count_visit(void *context, void *entry)
{
    struct item *item = entry;

    (void)context;
    assert_true(item->in);
    item->visits++;
}

static void test_a_scan_of_a_resting_dict_visits_each_entry_once(void **state)
{
    struct dict dict;
    uint64_t cursor = 0;

    (void)state;
    dict_init(&dict, &good_type);
    add_range(&dict, 0, 5000);
    finish_resize(&dict);
    do {
        cursor = dict_scan(&dict, cursor, count_visit, NULL);
    } while (cursor);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(items[i].visits, 1);
    dict_release(&dict);
}

static void test_a_scan_accepts_any_cursor(void **state)
{
    struct random random;
    struct dict dict;

    (void)state;
    random_init(&random, 5);
    dict_init(&dict, &good_type);
    add_range(&dict, 0, 900); /* in the midst of a growth */
    for (int i = 0; i < 1000; i++)
        assert_in_range(dict_scan(&dict, random_next(&random), count_visit, NULL), 0, 1023);
    dict_release(&dict);
}

static void test_a_walk_visits_each_entry_once_also_during_a_resize(void **state)
{
    struct dict dict;

    (void)state;
    dict_init(&dict, &good_type);
    for (int count = 0; count < 500; count++) {
        struct dict_walk walk;
        struct item *item;
        int seen = 0;

        dict_walk_begin(&walk, &dict);
        while ((item = dict_walk_next(&walk)) != NULL) {
            assert_int_equal(item->visits++, count - (int)(item - items) - 1);
            seen++;
        }
        assert_null(dict_walk_next(&walk));
        dict_walk_end(&walk);
        assert_int_equal(seen, count);
        add(&dict, &items[count]);
    }
    dict_release(&dict);
}

static void test_a_walk_may_remove_what_it_returned(void **state)
{
    size_t before = mem_used();
    struct random random;

    (void)state;
    random_init(&random, 11);
    for (int count = 0; count < 400; count += 7) {
        for (int portion = 0; portion <= 4; portion++) {
            struct dict_walk walk;
            struct item *item;
            struct dict dict;
            int seen = 0;

            dict_init(&dict, count % 2 ? &poor_type : &good_type);
            add_range(&dict, 0, count);
            dict_walk_begin(&walk, &dict);
            while ((item = dict_walk_next(&walk)) != NULL) {
                seen++;
                if ((int)random_below(&random, 4) < portion)
                    take_out(&dict, item);
            }
            dict_walk_end(&walk);
            assert_int_equal(seen, count);
            assert_same_as_model(&dict, 400);
            for (int i = 0; i < count; i++) /* holes the walk left are no trouble later */
                if (items[i].in)
                    take_out(&dict, &items[i]);
            dict_release(&dict);
            assert_int_equal(mem_used(), before);
        }
    }
}

/* One random change or question. `growth` in 0 .. 100 is the share of additions among changes. */
static void random_operation(struct dict *dict, struct random *random, int universe, int growth)
{
    struct item *item = &items[random_below(random, (uint64_t)universe)];
    uint64_t action = random_below(random, 100);

    if (action < 80) {
        bool adding = (int)random_below(random, 100) < growth;

        if (adding && !item->in)
            add(dict, item);
        else if (!adding && item->in)
            take_out(dict, item);
    } else if (action < 97) {
        assert_ptr_equal(find(dict, item), item->in ? item : NULL);
    } else if (action < 98) {
        dict_step(dict, random_below(random, 5));
    } else if (action < 99) {
        dict_shrink_if_sparse(dict);
    } else {
        struct item *chosen = dict_random(dict, random);

        assert_true(chosen ? chosen->in : dict_count(dict) == 0);
    }
}

static void run_model(const struct dict_type *type, uint64_t seed, int universe, int rounds)
{
    size_t before = mem_used();
    struct random random;
    struct dict dict;

    random_init(&random, seed);
    dict_init(&dict, type);
    for (int round = 0; round < rounds; round++) {
        int growth = (int)random_below(&random, 101);
        int operations = (int)random_below(&random, (uint64_t)universe * 4);

        for (int i = 0; i < operations; i++)
            random_operation(&dict, &random, universe, growth);
        assert_same_as_model(&dict, universe);
        assert_memory_reported(&dict, mem_used() - before);
    }
    dict_release(&dict);
    assert_int_equal(mem_used(), before);
}

static void test_it_behaves_as_a_plain_array_does(void **state)
{
    (void)state;
    run_model(&good_type, random_seed(__func__), SMALL, 60);
}

static void test_it_behaves_as_a_plain_array_does_with_a_poor_hash(void **state)
{
    (void)state;
    run_model(&poor_type, random_seed(__func__), 250, 60);
}

static void test_a_tiny_one_behaves_as_a_plain_array_does(void **state)
{
    (void)state;
    run_model(&good_type, random_seed(__func__), 20, 400);
}

/* Between two calls of a scan the dict is driven towards a random size, so tables grow and shrink,
 * and scans begin and end in the midst of either. Steady items must all be seen; whatever is seen
 * must be in (count_visit). Scans can take longer than a round: a limit on calls keeps the test
 * finite. */
static void scan_while_resizing(struct dict *dict, struct random *random, int universe)
{
    uint64_t steady = random_below(random, 100), cursor = 0;
    int target = (int)random_below(random, (uint64_t)universe);
    int calls = 0;

    for (int i = 0; i < universe; i++) {
        items[i].visits = 0;
        items[i].steady = items[i].in && random_below(random, 100) < steady;
    }
    do {
        int changes = calls < 5000 ? (int)random_below(random, 120) : 0;

        cursor = dict_scan(dict, cursor, count_visit, NULL);
        if (random_below(random, 40) == 0)
            target = (int)random_below(random, 2) * (int)random_below(random, (uint64_t)universe);
        for (int i = 0; i < changes; i++) {
            struct item *item = &items[random_below(random, (uint64_t)universe)];

            if ((int)dict_count(dict) < target && !item->in)
                add(dict, item);
            else if ((int)dict_count(dict) > target && item->in && !item->steady)
                take_out(dict, item);
        }
        if (random_below(random, 8) == 0)
            dict_step(dict, random_below(random, 200));
        if (random_below(random, 8) == 0)
            dict_shrink_if_sparse(dict);
        assert_true(++calls < 200000);
    } while (cursor);
    for (int i = 0; i < universe; i++)
        if (items[i].steady && items[i].visits == 0)
            fail_msg("the scan missed %s", items[i].name);
}

static void test_a_scan_misses_nothing_that_stays_whatever_the_size_does(void **state)
{
    int growths = 0, shrinks = 0;
    struct random random;
    struct dict dict;

    (void)state;
    random_init(&random, random_seed(__func__));
    for (int run = 0; run < 150; run++) {
        int universe = run % 10 ? 2 + (int)random_below(&random, SMALL) : LARGE / 2;

        dict_init(&dict, run % 7 == 3 ? &poor_type : &good_type);
        if (dict.type == &poor_type)
            universe = 2 + universe % 200;
        for (int i = 0, some = (int)random_below(&random, (uint64_t)universe); i < some; i++)
            add(&dict, &items[i]);
        for (int scan = 0; scan < 4; scan++) {
            signed char before = dict.table[0].exponent;

            scan_while_resizing(&dict, &random, universe);
            growths += dict.table[0].exponent > before;
            shrinks += dict.table[0].exponent < before;
        }
        dict_release(&dict);
    }
    assert_true(growths > 20 && shrinks > 20); /* or the test shows nothing */
}

/* Exactly one switch of size between the two halves of a scan, at every cursor. */
static void test_a_scan_survives_one_resize_at_any_point(void **state)
{
    (void)state;
    for (int stop = 0; stop < 70; stop++) {
        for (int shrink = 0; shrink < 2; shrink++) {
            struct dict dict;
            uint64_t cursor = 0;
            int calls = 0;

            for (int i = 0; i < 1000; i++)
                items[i].visits = 0;
            dict_init(&dict, &good_type);
            add_range(&dict, 0, shrink ? 1000 : 300);
            finish_resize(&dict);
            do {
                cursor = dict_scan(&dict, cursor, count_visit, NULL);
                if (calls++ != stop)
                    continue;
                for (int i = 40; shrink && i < 1000; i++)
                    take_out(&dict, &items[i]);
                for (int i = 300; !shrink && i < 1000; i++)
                    add(&dict, &items[i]);
            } while (cursor);
            for (int i = 0; i < (shrink ? 40 : 300); i++)
                assert_true(items[i].visits > 0);
            dict_release(&dict);
        }
    }
}

/* Pearson's chi-square: with n entries all equally likely it is n - 1 on average, with a standard
 * deviation of the root of twice that; five of those are a chance of less than one in a million. */
static void assert_random_is_uniform(struct dict *dict, struct random *random, int count)
{
    enum {
        DRAWS_EACH = 200
    };
    double sum = 0, off;

    for (int i = 0; i < count; i++)
        items[i].visits = 0;
    for (int i = 0; i < count * DRAWS_EACH; i++)
        ((struct item *)dict_random(dict, random))->visits++;
    for (int i = 0; i < count; i++) {
        off = items[i].visits - DRAWS_EACH;
        sum += off * off / DRAWS_EACH;
    }
    off = sum - (count - 1);
    assert_true(off * off <= 25.0 * 2 * (count - 1));
}

static void test_random_is_uniform_at_rest_and_during_a_resize(void **state)
{
    struct random random;
    struct dict dict;

    (void)state;
    random_init(&random, 17);
    dict_init(&dict, &good_type);
    add_range(&dict, 0, 5);
    assert_random_is_uniform(&dict, &random, 5);
    for (int i = 5; i < 1000; i++) {
        add(&dict, &items[i]);
        if (i % 50 == 0) /* tables of 16 to 256 buckets, chains, and resizes at any point */
            assert_random_is_uniform(&dict, &random, i + 1);
    }
    for (int i = 999; i >= 20; i--) {
        take_out(&dict, &items[i]);
        if (i % 50 == 0)
            assert_random_is_uniform(&dict, &random, i);
    }
    dict_release(&dict);
}

static void test_random_finds_the_last_entry_of_a_large_table(void **state)
{
    struct random random;
    struct dict_walk walk;
    struct item *item;
    struct dict dict;

    (void)state;
    random_init(&random, 19);
    dict_init(&dict, &good_type);
    add_range(&dict, 0, LARGE);
    finish_resize(&dict);
    dict_walk_begin(&walk, &dict); /* removals under a walk do not shrink */
    while ((item = dict_walk_next(&walk)) != NULL)
        if (item != &items[77])
            take_out(&dict, item);
    for (int i = 0; i < 10; i++)
        assert_ptr_equal(dict_random(&dict, &random), &items[77]);
    dict_walk_end(&walk);
    dict_release(&dict);
}

static void test_a_sample_has_no_entry_twice(void **state)
{
    struct random random;
    struct dict dict;

    (void)state;
    random_init(&random, 23);
    dict_init(&dict, &good_type);
    for (int count = 1; count < 600; count += 13) {
        void *entries[64];
        size_t limit = 1 + random_below(&random, 64), got;

        while ((int)dict_count(&dict) < count)
            add(&dict, &items[dict_count(&dict)]);
        for (int i = 0; i < count; i++)
            items[i].visits = 0;
        got = dict_sample(&dict, &random, entries, limit);
        assert_in_range(got, 1, limit);
        if (count <= 20 && (size_t)count <= limit)
            assert_int_equal(got, count);
        for (size_t i = 0; i < got; i++) {
            struct item *item = entries[i];

            assert_true(item->in);
            assert_int_equal(item->visits++, 0);
        }
    }
    dict_release(&dict);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_empty_dict_has_no_memory_and_answers_everything),
        TEST(test_a_tiny_dict_costs_one_cache_line),
        TEST(test_release_frees_every_entry_and_all_memory),
        TEST(test_memory_is_what_is_reported),
        TEST(test_memory_per_entry_is_low),
        TEST(test_growth_keeps_every_entry_findable_at_every_step),
        TEST(test_shrinking_keeps_every_entry_findable_at_every_step),
        TEST(test_no_call_moves_more_than_one_full_bucket),
        TEST(test_no_call_touches_a_whole_large_table),
        TEST(test_remove_of_an_absent_key_gives_null),
        TEST(test_replace_swaps_the_entry_and_nothing_else),
        TEST(test_a_scan_of_a_resting_dict_visits_each_entry_once),
        TEST(test_a_scan_accepts_any_cursor),
        TEST(test_a_walk_visits_each_entry_once_also_during_a_resize),
        TEST(test_a_walk_may_remove_what_it_returned),
        TEST(test_it_behaves_as_a_plain_array_does),
        TEST(test_it_behaves_as_a_plain_array_does_with_a_poor_hash),
        TEST(test_a_tiny_one_behaves_as_a_plain_array_does),
        TEST(test_a_scan_misses_nothing_that_stays_whatever_the_size_does),
        TEST(test_a_scan_survives_one_resize_at_any_point),
        TEST(test_random_is_uniform_at_rest_and_during_a_resize),
        TEST(test_random_finds_the_last_entry_of_a_large_table),
        TEST(test_a_sample_has_no_entry_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
