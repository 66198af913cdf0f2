/* The ordered index alone: against a sorted array, with the elements in the array's order. */
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "types/zset/zset_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    STEPS = 20000,
    MODEL_LIMIT = 5000,
    SCORES = 50, /* few, so that most order is by member */
    TREES = 16,  /* for an average: of one, the chance decides how full its nodes are */
};

static struct random random_source;
static struct zset_element *model[MODEL_LIMIT];
static size_t model_count;
static struct zset_tree tree;
static uint64_t serial;

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
    tree = (struct zset_tree){0};
    model_count = 0;
    return 0;
}

static int tear_down_each(void **state)
{
    (void)state;
    zset_tree_release(&tree);
    for (size_t i = 0; i < model_count; i++)
        mem_free(model[i]);
    model_count = 0;
    return 0;
}

static size_t below(size_t limit)
{
    return (size_t)random_below(&random_source, limit);
}

static double chance_score(void)
{
    return (double)below(SCORES) - 10;
}

/* A member that is not in yet: a random letter in front, so that they do not come in order. */
static struct zset_element *element_new(double score)
{
    struct zset_element *element = mem_alloc(sizeof(*element) + 32);

    element->score = score;
    element->size = (uint32_t)snprintf(element->member, 32, "%c%llu", (char)('a' + below(26)),
                                       (unsigned long long)serial++);
    return element;
}

/* How many of the model are before the element. */
static size_t model_place(const struct zset_element *element)
{
    size_t low = 0, high = model_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (zset_element_compare(model[middle], element) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void model_add(struct zset_element *element)
{
    size_t at = model_place(element);

    memmove(model + at + 1, model + at, (model_count - at) * sizeof(*model));
    model[at] = element;
    model_count++;
}

static struct zset_element *model_take(size_t at)
{
    struct zset_element *element = model[at];

    model_count--;
    memmove(model + at, model + at + 1, (model_count - at) * sizeof(*model));
    return element;
}

static void add(double score)
{
    struct zset_element *element = element_new(score);

    zset_tree_add(&tree, element);
    model_add(element);
}

static void remove_some(bool by_rank)
{
    size_t at = below(model_count);
    struct zset_element *element = model_take(at);

    if (by_rank)
        assert_ptr_equal(zset_tree_remove_at(&tree, at), element);
    else
        zset_tree_remove(&tree, element);
    mem_free(element);
}

static void update_some(void)
{
    struct zset_element *element = model_take(below(model_count));
    double score = below(4) == 0 ? chance_score() : element->score + (double)below(3) - 1;

    zset_tree_update(&tree, element, score);
    assert_true(element->score == score);
    model_add(element);
}

static void check_one(void)
{
    size_t at = below(model_count), in_leaf, below_count = 0, equal = 0;
    double score = chance_score();

    assert_int_equal(zset_tree_rank(&tree, model[at]), at);
    assert_ptr_equal(zset_tree_at(&tree, at, &in_leaf)->elements[in_leaf], model[at]);
    for (size_t i = 0; i < model_count; i++) {
        below_count += model[i]->score < score;
        equal += model[i]->score == score;
    }
    assert_int_equal(zset_tree_below_score(&tree, score, false), below_count);
    assert_int_equal(zset_tree_below_score(&tree, score, true), below_count + equal);
}

static void check_all(void)
{
    const struct zset_leaf *leaf = NULL;
    size_t at = 0;

    zset_tree_verify(&tree);
    assert_int_equal(tree.count, model_count);
    for (size_t i = 0; i < model_count; i++) {
        if (i == 0)
            leaf = zset_tree_at(&tree, 0, &at);
        assert_ptr_equal(leaf->elements[at], model[i]);
        if (++at == leaf->count) {
            leaf = leaf->next;
            at = 0;
        }
    }
    assert_null(leaf);
}

static void test_random_changes_keep_order_ranks_and_counts(void **state)
{
    size_t goal = 0;

    (void)state;
    for (int step = 0; step < STEPS; step++) {
        if (step % 1000 == 0) /* grow to many, shrink to few, by turns */
            goal = (step / 1000) % 2 == 0 ? 200 + below(MODEL_LIMIT - 400) : below(30);
        if (below(5) == 0 && model_count > 0)
            update_some();
        else if (model_count < goal + below(20))
            for (size_t i = below(10); i < 10; i++)
                add(chance_score());
        else
            for (size_t i = below(10); i < 10 && model_count > 0; i++)
                remove_some(below(2));
        if (step % 16 == 0 && model_count > 0)
            check_one();
        if (step % 256 == 0)
            check_all();
    }
    while (model_count > 0)
        remove_some(true);
    check_all();
    assert_null(tree.root);
    assert_int_equal(zset_tree_memory(&tree), 0);
}

static void test_ascending_scores_fill_the_nodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODEL_LIMIT; i++)
        add((double)i);
    check_all();
    assert_int_equal(tree.leaves, (MODEL_LIMIT + ZSET_LEAF_LIMIT - 1) / ZSET_LEAF_LIMIT);
}

static void test_descending_scores_fill_the_nodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODEL_LIMIT; i++)
        add(-(double)i);
    check_all();
    assert_int_equal(tree.leaves, (MODEL_LIMIT + ZSET_LEAF_LIMIT - 1) / ZSET_LEAF_LIMIT);
}

static void test_random_scores_cost_at_most_14_bytes_an_element(void **state)
{
    size_t bytes = 0;

    for (int i = 0; i < TREES; i++) {
        set_up_each(state);
        while (model_count < MODEL_LIMIT)
            add((double)below(1000000));
        check_all();
        bytes += zset_tree_memory(&tree);
        tear_down_each(state);
    }
    assert_true(bytes <= (size_t)TREES * MODEL_LIMIT * 14);
}

static void test_removing_most_gives_the_nodes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODEL_LIMIT; i++)
        add((double)below(1000000));
    while (model_count > MODEL_LIMIT / 20)
        remove_some(true);
    check_all();
    assert_true(tree.leaves * ZSET_LEAF_LIMIT <= model_count * 3 + ZSET_LEAF_LIMIT);
}

static void test_members_of_equal_scores_are_ranked_by_their_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODEL_LIMIT; i++)
        add(7);
    for (size_t i = 0; i < MODEL_LIMIT; i += 37) {
        struct span member = zset_element_member(model[i]);

        assert_int_equal(zset_tree_below_member(&tree, member, false), i);
        assert_int_equal(zset_tree_below_member(&tree, member, true), i + 1);
    }
    assert_int_equal(zset_tree_below_member(&tree, SPAN(""), true), 0);
    assert_int_equal(zset_tree_below_member(&tree, SPAN("zzz"), false), MODEL_LIMIT);
}

static void test_built_from_sorted_elements_it_is_as_if_they_were_added(void **state)
{
    struct zset_tree built = {0};

    (void)state;
    for (size_t i = 0; i < MODEL_LIMIT; i++)
        add(chance_score());
    zset_tree_build(&built, model, model_count);
    zset_tree_release(&tree);
    tree = built;
    check_all();
}

static void test_an_empty_tree_has_nothing_below_anything(void **state)
{
    (void)state;
    assert_int_equal(zset_tree_below_score(&tree, 1, true), 0);
    assert_int_equal(zset_tree_below_member(&tree, SPAN("a"), true), 0);
    zset_tree_verify(&tree);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up_each, tear_down_each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_random_changes_keep_order_ranks_and_counts),
        EACH(test_ascending_scores_fill_the_nodes),
        EACH(test_descending_scores_fill_the_nodes),
        EACH(test_random_scores_cost_at_most_14_bytes_an_element),
        EACH(test_removing_most_gives_the_nodes_back),
        EACH(test_members_of_equal_scores_are_ranked_by_their_bytes),
        EACH(test_built_from_sorted_elements_it_is_as_if_they_were_added),
        EACH(test_an_empty_tree_has_nothing_below_anything),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
