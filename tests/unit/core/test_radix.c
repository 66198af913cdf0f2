/* The ordered, counted tree, against a plain sorted array. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/radix/radix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum {
    MODEL_LIMIT = 3000
};

struct model_leaf {
    struct radix_key key;
    uint64_t weight;
};

struct model {
    struct model_leaf leaves[MODEL_LIMIT];
    size_t count;
};

static int freed;

static void count_free(void *value)
{
    (void)value;
    freed++;
}

static struct radix_key key_of(uint64_t high, uint64_t low)
{
    return (struct radix_key){.high = high, .low = low};
}

/* Values are never dereferenced, and any bits must do: odd ones, too. */
static void *value_of(struct radix_key key)
{
    return (void *)(uintptr_t)(key.high * 31 + key.low * 7 + 1);
}

static int compare(struct radix_key a, struct radix_key b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return a.low < b.low ? -1 : a.low > b.low;
}

/* The first leaf not below the key. */
static size_t model_at(const struct model *model, struct radix_key key)
{
    size_t low = 0, high = model->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (compare(model->leaves[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool model_has(const struct model *model, size_t at, struct radix_key key)
{
    return at < model->count && compare(model->leaves[at].key, key) == 0;
}

static uint64_t model_weight(const struct model *model, size_t end)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < end; i++)
        sum += model->leaves[i].weight;
    return sum;
}

/* `found` must be the model's leaf `at`, or false when there is none. */
static void assert_leaf(const struct model *model, bool found, const struct radix_leaf *leaf,
                        size_t at)
{
    assert_int_equal(found, at < model->count);
    if (!found)
        return;
    assert_int_equal(compare(leaf->key, model->leaves[at].key), 0);
    assert_ptr_equal(leaf->value, value_of(leaf->key));
    assert_true(leaf->weight == model->leaves[at].weight);
}

static void assert_lookups(const struct radix *tree, const struct model *model,
                           struct radix_key key)
{
    size_t at = model_at(model, key), none = model->count;
    bool has = model_has(model, at, key);
    struct radix_leaf leaf;

    assert_leaf(model, radix_find(tree, key, &leaf), &leaf, has ? at : none);
    assert_leaf(model, radix_floor(tree, key, &leaf), &leaf, has ? at : at > 0 ? at - 1 : none);
    assert_leaf(model, radix_ceiling(tree, key, &leaf), &leaf, at);
    assert_leaf(model, radix_next(tree, key, &leaf), &leaf, at + has < none ? at + has : none);
    assert_leaf(model, radix_previous(tree, key, &leaf), &leaf, at > 0 ? at - 1 : none);
    assert_leaf(model, radix_first(tree, &leaf), &leaf, 0);
    assert_leaf(model, radix_last(tree, &leaf), &leaf, none ? none - 1 : none);
    assert_true(radix_weight_before(tree, key) == model_weight(model, at));
}

static void assert_rank(const struct radix *tree, const struct model *model, struct random *random)
{
    uint64_t total = model_weight(model, model->count), before, rank;
    struct radix_leaf leaf;
    size_t at;

    assert_true(radix_weight(tree) == total);
    assert_false(radix_at_rank(tree, total, &leaf, &before));
    if (!total)
        return;
    rank = random_below(random, total);
    assert_true(radix_at_rank(tree, rank, &leaf, &before));
    assert_true(before <= rank && rank < before + leaf.weight);
    at = model_at(model, leaf.key);
    assert_true(model_has(model, at, leaf.key));
    assert_true(before == model_weight(model, at));
}

/* Forwards and backwards, every leaf once. */
static void assert_walks(const struct radix *tree, const struct model *model)
{
    struct radix_leaf leaf;
    bool more = radix_first(tree, &leaf);

    for (size_t i = 0; i < model->count; i++) {
        assert_leaf(model, more, &leaf, i);
        more = radix_next(tree, leaf.key, &leaf);
    }
    assert_false(more);
    more = radix_last(tree, &leaf);
    for (size_t i = model->count; i-- > 0;) {
        assert_leaf(model, more, &leaf, i);
        more = radix_previous(tree, leaf.key, &leaf);
    }
    assert_false(more);
}

static void model_insert(struct model *model, size_t at, struct radix_key key, uint64_t weight)
{
    memmove(model->leaves + at + 1, model->leaves + at,
            (model->count - at) * sizeof(model->leaves[0]));
    model->leaves[at] = (struct model_leaf){.key = key, .weight = weight};
    model->count++;
}

static void model_remove(struct model *model, size_t at)
{
    model->count--;
    memmove(model->leaves + at, model->leaves + at + 1,
            (model->count - at) * sizeof(model->leaves[0]));
}

/* Keys as streams have them, and keys that share their bytes in every other way. */
static struct radix_key random_key(struct random *random, int shape)
{
    switch (shape) {
    case 0:
        return key_of(random_next(random), random_next(random));
    case 1:
        return key_of(1700000000000 + random_below(random, 4000), random_below(random, 3));
    case 2:
        return key_of(random_below(random, 3) << (8 * random_below(random, 8)),
                      random_below(random, 3) << (8 * random_below(random, 8)));
    case 3:
        return key_of(0, random_below(random, 600));
    default:
        return key_of(UINT64_MAX - random_below(random, 20), UINT64_MAX - random_below(random, 20));
    }
}

static void step(struct radix *tree, struct model *model, struct random *random, int shape,
                 bool growing)
{
    struct radix_key key = random_key(random, shape);
    uint64_t weight = random_below(random, 100);
    uint64_t choice = random_below(random, 10);
    size_t at;

    if (model->count && random_below(random, 2))
        key = model->leaves[random_below(random, model->count)].key;
    at = model_at(model, key);
    if (choice < (growing ? 6u : 2u)) {
        bool has = model_has(model, at, key);

        if (!has && model->count == MODEL_LIMIT)
            return;
        assert_int_equal(radix_insert(tree, key, value_of(key), weight), has ? ERR_EXISTS : 0);
        if (!has)
            model_insert(model, at, key, weight);
    } else if (choice < 8) {
        bool has = model_has(model, at, key);

        assert_ptr_equal(radix_remove(tree, key), has ? value_of(key) : NULL);
        if (has)
            model_remove(model, at);
    } else if (model_has(model, at, key)) {
        radix_set_weight(tree, key, weight);
        model->leaves[at].weight = weight;
    }
    assert_int_equal(radix_count(tree), model->count);
}

static void test_it_does_what_a_sorted_array_does(void **state)
{
    static struct model model;
    uint64_t seed = (uint64_t)time(NULL);
    struct random random;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int shape = 0; shape < 5; shape++) {
        struct radix *tree = radix_new();

        model.count = 0;
        for (int i = 0; i < 30000; i++) {
            step(tree, &model, &random, shape, i / 5000 % 2 == 0);
            if (i % 16 == 0) {
                assert_lookups(tree, &model, random_key(&random, shape));
                assert_lookups(tree, &model, key_of(random_next(&random), random_next(&random)));
                if (model.count)
                    assert_lookups(tree, &model,
                                   model.leaves[random_below(&random, model.count)].key);
                assert_rank(tree, &model, &random);
            }
            if (i % 2000 == 0)
                assert_walks(tree, &model);
        }
        while (model.count) {
            size_t at = random_below(&random, model.count);

            assert_non_null(radix_remove(tree, model.leaves[at].key));
            model_remove(&model, at);
        }
        assert_int_equal(radix_count(tree), 0);
        assert_int_equal(radix_node_count(tree), 0);
        assert_true(radix_weight(tree) == 0);
        radix_free(tree, NULL);
    }
}

static void test_an_empty_tree_has_nothing(void **state)
{
    struct radix *tree = radix_new();
    struct radix_leaf leaf;
    uint64_t before;

    (void)state;
    assert_false(radix_first(tree, &leaf));
    assert_false(radix_last(tree, &leaf));
    assert_false(radix_find(tree, key_of(1, 1), &leaf));
    assert_false(radix_floor(tree, key_of(1, 1), &leaf));
    assert_false(radix_ceiling(tree, key_of(1, 1), &leaf));
    assert_false(radix_at_rank(tree, 0, &leaf, &before));
    assert_null(radix_remove(tree, key_of(1, 1)));
    assert_true(radix_weight_before(tree, key_of(1, 1)) == 0);
    radix_free(tree, NULL);
}

static void test_a_key_goes_in_once(void **state)
{
    struct radix *tree = radix_new();
    struct radix_leaf leaf;

    (void)state;
    assert_int_equal(radix_insert(tree, key_of(1, 2), value_of(key_of(1, 2)), 5), 0);
    assert_int_equal(radix_insert(tree, key_of(1, 2), NULL, 9), ERR_EXISTS);
    assert_true(radix_find(tree, key_of(1, 2), &leaf));
    assert_true(leaf.weight == 5);
    assert_ptr_equal(leaf.value, value_of(key_of(1, 2)));
    radix_free(tree, NULL);
}

static void test_the_ends_of_the_key_space_have_no_neighbours(void **state)
{
    struct radix *tree = radix_new();
    struct radix_key lowest = key_of(0, 0), highest = key_of(UINT64_MAX, UINT64_MAX);
    struct radix_leaf leaf;

    (void)state;
    radix_insert(tree, lowest, value_of(lowest), 1);
    radix_insert(tree, highest, value_of(highest), 1);
    assert_false(radix_previous(tree, lowest, &leaf));
    assert_false(radix_next(tree, highest, &leaf));
    assert_true(radix_next(tree, lowest, &leaf));
    assert_int_equal(compare(leaf.key, highest), 0);
    assert_true(radix_previous(tree, highest, &leaf));
    assert_int_equal(compare(leaf.key, lowest), 0);
    radix_free(tree, NULL);
}

/* What a stream does: append at the end, trim at the front. */
static void test_appending_and_trimming_give_all_memory_back(void **state)
{
    size_t before = mem_used();
    struct radix *tree = radix_new();
    size_t empty = radix_memory(tree);
    struct radix_leaf leaf;

    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        struct radix_key key = key_of(1700000000000 + i * 13, i % 3);

        assert_int_equal(radix_insert(tree, key, value_of(key), 100), 0);
        if (i >= 1000) {
            assert_true(radix_first(tree, &leaf));
            assert_ptr_equal(radix_remove(tree, leaf.key), leaf.value);
        }
    }
    assert_int_equal(radix_count(tree), 1000);
    assert_true(radix_weight(tree) == 100000);
    assert_in_range(radix_memory(tree), 1, 1000 * 64);
    while (radix_first(tree, &leaf))
        radix_remove(tree, leaf.key);
    assert_int_equal(radix_memory(tree), empty);
    radix_free(tree, NULL);
    assert_int_equal(mem_used(), before);
}

static void test_free_hands_out_every_value_once(void **state)
{
    size_t before = mem_used();
    struct radix *tree = radix_new();

    (void)state;
    freed = 0;
    for (uint64_t i = 0; i < 5000; i++)
        radix_insert(tree, key_of(i * 77777, i), value_of(key_of(i, i)), i);
    radix_free(tree, count_free);
    assert_int_equal(freed, 5000);
    assert_int_equal(mem_used(), before);
    radix_free(NULL, count_free);
}

/* Leaves of weight 0 but for one: the counts must not be lost among them. */
static void test_leaves_without_weight_are_passed_over(void **state)
{
    struct radix *tree = radix_new();
    struct radix_leaf leaf;
    uint64_t before;

    (void)state;
    for (uint64_t i = 0; i < 2000; i++)
        radix_insert(tree, key_of(i, 0), value_of(key_of(i, 0)), i == 1234 ? 3 : 0);
    for (uint64_t rank = 0; rank < 3; rank++) {
        assert_true(radix_at_rank(tree, rank, &leaf, &before));
        assert_true(leaf.key.high == 1234 && before == 0);
    }
    assert_false(radix_at_rank(tree, 3, &leaf, &before));
    assert_true(radix_weight_before(tree, key_of(1234, 0)) == 0);
    assert_true(radix_weight_before(tree, key_of(1234, 1)) == 3);
    radix_free(tree, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_does_what_a_sorted_array_does),
        cmocka_unit_test(test_an_empty_tree_has_nothing),
        cmocka_unit_test(test_a_key_goes_in_once),
        cmocka_unit_test(test_the_ends_of_the_key_space_have_no_neighbours),
        cmocka_unit_test(test_appending_and_trimming_give_all_memory_back),
        cmocka_unit_test(test_free_hands_out_every_value_once),
        cmocka_unit_test(test_leaves_without_weight_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
