/* The whole value against a naive array, small and large: adds under every flag, removals by member
 * and by rank, ranges of scores and members, walks, scans, copies, and what RDB makes of it. */
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/num/num.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_writer.h"
#include "types/zset/zset.h"
#include "types/zset/zset_gather.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    STEPS = 8000,
    MEMBERS = 600, /* different ones */
};

struct pair {
    char member[40];
    size_t size;
    double score;
};

static struct random random_source;
static struct settings settings;
static struct pair model[MEMBERS];
static size_t model_count;

/* MS_TEST_SEED repeats a run. */
static int set_up(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random_source, seed);
    return 0;
}

static int set_up_each(void **state)
{
    (void)state;
    settings_init(&settings);
    model_count = 0;
    return 0;
}

static size_t below(size_t limit)
{
    return (size_t)random_below(&random_source, limit);
}

static struct span pair_member(const struct pair *pair)
{
    return span_of(pair->member, pair->size);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return span_compare(pair_member(x), pair_member(y));
}

/* Numbers, words, and now and then bytes. */
static struct pair random_pair(void)
{
    static const double rare[] = {1.0 / 3, -2.5e-7, 1e300, 4503599627370497.0, -1e17};
    struct pair pair;
    size_t n = below(MEMBERS);

    if (n % 3 == 0)
        pair.size = (size_t)snprintf(pair.member, sizeof(pair.member), "%d", (int)n - 100);
    else if (n % 3 == 1)
        pair.size = (size_t)snprintf(pair.member, sizeof(pair.member), "word:%zu", n * 7919);
    else
        pair.size = (size_t)snprintf(pair.member, sizeof(pair.member), "%c\xff%zu", (char)n, n);
    pair.score = below(8) == 0 ? rare[below(5)] : (double)below(40) / (double)(1 + below(2)) - 10;
    return pair;
}

static struct pair *model_find(struct span member)
{
    for (size_t i = 0; i < model_count; i++)
        if (span_equal(pair_member(&model[i]), member))
            return &model[i];
    return NULL;
}

static void model_sort(void)
{
    qsort(model, model_count, sizeof(*model), compare_pairs);
}

static void model_drop(size_t begin, size_t end)
{
    memmove(model + begin, model + end, (model_count - end) * sizeof(*model));
    model_count -= end - begin;
}

/* What the rules say about adding, written as plainly as can be. */
static enum zset_add_result model_add(const struct pair *pair, unsigned flags)
{
    struct pair *there = model_find(pair_member(pair));
    double wanted = pair->score;

    if (!there) {
        if (flags & ZSET_XX)
            return ZSET_REFUSED;
        model[model_count++] = *pair;
        model_sort();
        return ZSET_ADDED;
    }
    if (flags & ZSET_NX)
        return ZSET_REFUSED;
    if (flags & ZSET_INCREMENT)
        wanted += there->score;
    if (flags & ZSET_GT && !(wanted > there->score))
        return ZSET_REFUSED;
    if (flags & ZSET_LT && !(wanted < there->score))
        return ZSET_REFUSED;
    if (wanted == there->score)
        return ZSET_SAME;
    there->score = wanted;
    model_sort();
    return ZSET_UPDATED;
}

static unsigned random_flags(void)
{
    static const unsigned choice[] = {ZSET_NX, ZSET_XX,           ZSET_GT,
                                      ZSET_LT, ZSET_XX | ZSET_GT, ZSET_INCREMENT};

    return below(2) ? 0 : choice[below(sizeof(choice) / sizeof(*choice))];
}

static void add(struct zset *zset)
{
    struct pair pair = random_pair(), *there;
    unsigned flags = random_flags();
    double now = 12345;
    enum zset_add_result expected = model_add(&pair, flags);

    assert_int_equal(zset_add(zset, pair_member(&pair), pair.score, flags, &settings, &now),
                     expected);
    there = model_find(pair_member(&pair));
    assert_true(now == (expected == ZSET_REFUSED ? 12345 : there->score));
}

static void remove_one(struct zset *zset)
{
    struct pair pair = random_pair(), *there = model_find(pair_member(&pair));

    assert_int_equal(zset_remove(zset, pair_member(&pair)), there != NULL);
    if (there)
        model_drop((size_t)(there - model), (size_t)(there - model) + 1);
}

static void remove_range(struct zset *zset)
{
    size_t begin = below(model_count + 1), end = begin + below(model_count - begin + 1);

    if (end - begin > 20 && below(20) != 0)
        end = begin + 20;
    zset_remove_ranks(zset, begin, end);
    model_drop(begin, end);
}

static void check_one(const struct zset *zset)
{
    struct pair pair = random_pair(), *there = model_find(pair_member(&pair));
    size_t rank = 0, less = 0, equal = 0;
    double score = 0;

    assert_int_equal(zset_count(zset), model_count);
    assert_int_equal(zset_score(zset, pair_member(&pair), &score), there != NULL);
    assert_int_equal(zset_rank(zset, pair_member(&pair), &rank, &score), there != NULL);
    if (there) {
        assert_int_equal(rank, there - model);
        assert_true(score == there->score);
    }
    for (size_t i = 0; i < model_count; i++) {
        less += model[i].score < pair.score;
        equal += model[i].score == pair.score;
    }
    assert_int_equal(zset_count_below_score(zset, pair.score, false), less);
    assert_int_equal(zset_count_below_score(zset, pair.score, true), less + equal);
}

static void check_walk(const struct zset *zset, bool down)
{
    size_t rank = below(model_count + 1);
    struct zset_walk walk;
    struct span member;
    double score;

    zset_walk_begin(&walk, zset, rank, down);
    while (rank < model_count) {
        assert_true(zset_walk_next(&walk, &member, &score));
        assert_true(span_equal(member, pair_member(&model[rank])));
        assert_true(score == model[rank].score);
        rank = down ? rank - 1 : rank + 1;
    }
    assert_false(zset_walk_next(&walk, &member, &score));
}

static void count_visit(void *context, struct span member, double score)
{
    struct pair *there = model_find(member);

    assert_non_null(there);
    assert_true(score == there->score);
    ++*(size_t *)context;
}

static void check_scan(const struct zset *zset)
{
    size_t visited = 0;
    uint64_t cursor = 0;

    do {
        cursor = zset_scan(zset, cursor, count_visit, &visited);
    } while (cursor != 0);
    assert_true(visited >= model_count);
}

static void check_equal(const struct zset *zset)
{
    struct zset_walk walk;
    struct span member;
    double score;

    assert_int_equal(zset_count(zset), model_count);
    zset_walk_begin(&walk, zset, 0, false);
    for (size_t i = 0; i < model_count; i++) {
        assert_true(zset_walk_next(&walk, &member, &score));
        assert_true(span_equal(member, pair_member(&model[i])));
        assert_true(score == model[i].score);
    }
}

static void check_copy(const struct zset *zset)
{
    struct zset *copy = zset_copy(zset);

    check_equal(copy);
    assert_int_equal(zset_is_small(copy), zset_is_small(zset));
    zset_free(copy);
}

static void check_rdb(const struct zset *zset)
{
    struct buffer bytes = {0};
    struct rdb_writer writer;
    struct rdb_reader reader;
    void *loaded;

    if (model_count == 0)
        return;
    rdb_writer_init(&writer, &bytes, below(2));
    zset_type.save(zset, &writer);
    rdb_reader_init(&reader, span_of(bytes.data, bytes.size), &settings, 0);
    assert_int_equal(zset_type.load(&reader, zset_type.rdb_type(zset), &loaded), 0);
    assert_int_equal(rdb_reader_position(&reader), bytes.size);
    check_equal(loaded);
    zset_free(loaded);
    rdb_reader_release(&reader);
    buffer_release(&bytes);
}

static void check_gather(void)
{
    struct zset_gather *gather = zset_gather_new();
    struct zset *zset;
    bool added;

    for (size_t i = model_count; i > 0; i--) {
        *zset_gather_score(gather, pair_member(&model[i - 1]), &added) = model[i - 1].score;
        assert_true(added);
    }
    zset = zset_gather_finish(gather, &settings);
    check_equal(zset);
    assert_int_equal(zset_is_small(zset),
                     model_count <= (size_t)settings.zset_max_listpack_entries);
    zset_free(zset);
}

static void run_model(int64_t small_limit)
{
    struct zset *zset = zset_new();

    settings.zset_max_listpack_entries = small_limit;
    for (int step = 0; step < STEPS; step++) {
        size_t kind = below(20);

        if (kind < 13)
            add(zset);
        else if (kind < 19)
            remove_one(zset);
        else if (below(10) == 0)
            remove_range(zset);
        check_one(zset);
        if (step % 16 == 0)
            check_walk(zset, below(2));
        if (step % 512 == 0) {
            check_scan(zset);
            check_copy(zset);
            check_rdb(zset);
            check_gather();
        }
        if (step % 1000 == 999) {
            zset_settle(zset, &settings);
            check_equal(zset);
        }
    }
    zset_free(zset);
}

static void test_a_small_zset_behaves_as_the_model(void **state)
{
    (void)state;
    run_model(MEMBERS);
}

static void test_a_zset_that_changes_form_behaves_as_the_model(void **state)
{
    (void)state;
    run_model(128);
}

static void test_a_large_zset_behaves_as_the_model(void **state)
{
    (void)state;
    run_model(0);
}

static void test_infinities_do_not_add_up_to_a_number(void **state)
{
    struct zset *zset = zset_new();
    double now = 7;

    (void)state;
    assert_int_equal(zset_add(zset, SPAN("a"), (double)INFINITY, 0, &settings, NULL), ZSET_ADDED);
    assert_int_equal(zset_add(zset, SPAN("a"), -(double)INFINITY, ZSET_INCREMENT, &settings, &now),
                     ZSET_NAN);
    assert_true(now == 7);
    assert_true(zset_score(zset, SPAN("a"), &now) && now == (double)INFINITY);
    zset_free(zset);
}

static void test_it_grows_large_by_count_and_by_size(void **state)
{
    static const char long_member[65] = "";
    struct zset *zset = zset_new();

    (void)state;
    for (int i = 0; i < 128; i++) {
        char text[NUM_TEXT_LIMIT];

        zset_add(zset, span_of(text, num_format_i64(text, i)), i, 0, &settings, NULL);
    }
    assert_true(zset_is_small(zset));
    zset_add(zset, SPAN("one more"), 5, 0, &settings, NULL);
    assert_false(zset_is_small(zset));
    zset_free(zset);

    zset = zset_new();
    zset_add(zset, span_of(long_member, 64), 5, 0, &settings, NULL);
    assert_true(zset_is_small(zset));
    zset_add(zset, span_of(long_member, 65), 5, 0, &settings, NULL);
    assert_false(zset_is_small(zset));
    zset_free(zset);
}

static void test_a_large_zset_with_short_members_costs_at_most_64_bytes_an_element(void **state)
{
    size_t before = mem_used(), count = 100000;
    struct zset *zset = zset_new();

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char text[32];
        size_t size = (size_t)snprintf(text, sizeof(text), "m%09zu", i);

        zset_add(zset, span_of(text, size), (double)below(1000000), 0, &settings, NULL);
    }
    print_message("bytes an element: %.1f, as it says itself %.1f\n",
                  (double)(mem_used() - before) / (double)count,
                  (double)zset_memory(zset, 0) / (double)count);
    assert_true(mem_used() - before <= count * 64);
    assert_int_equal(zset_memory(zset, 0), mem_used() - before);
    zset_free(zset);
    assert_int_equal(mem_used(), before);
}

#define EACH(test) cmocka_unit_test_setup(test, set_up_each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_a_small_zset_behaves_as_the_model),
        EACH(test_a_zset_that_changes_form_behaves_as_the_model),
        EACH(test_a_large_zset_behaves_as_the_model),
        EACH(test_infinities_do_not_add_up_to_a_number),
        EACH(test_it_grows_large_by_count_and_by_size),
        EACH(test_a_large_zset_with_short_members_costs_at_most_64_bytes_an_element),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
