/* The list against a naive array: random changes with nodes of 1, 2 and 8 elements, of 4 KiB, and
 * with elements too large for a node; after each the counts agree, now and then all elements. */
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/num/num.h"
#include "types/list/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    STEPS = 6000,
    MODEL_LIMIT = 1200, /* elements */
    TEXT_LIMIT = 9000,  /* bytes of an element */
};

static struct random random_source;
static struct settings settings;
static struct span model[MODEL_LIMIT + 64];
static size_t model_count;
static char text[TEXT_LIMIT];

/* MS_TEST_SEED repeats a run. */
static int set_up(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random_source, seed);
    settings_init(&settings);
    return 0;
}

static size_t below(size_t limit)
{
    return (size_t)random_below(&random_source, limit);
}

/* Mostly short and often equal: numbers, words, now and then something large. */
static struct span element(bool large)
{
    size_t size;

    switch (below(large ? 12 : 11)) {
    case 0:
    case 1:
    case 2:
        return span_of(text, num_format_i64(text, (int64_t)below(20)));
    case 3:
        return span_of(text, num_format_i64(text, (int64_t)random_next(&random_source)));
    case 4:
        return SPAN("");
    case 11:
        size = 4000 + below(TEXT_LIMIT - 4000);
        break;
    case 10:
        size = below(300);
        break;
    default:
        size = 1 + below(3);
    }
    memset(text, (int)('a' + below(3)), size);
    return span_of(text, size);
}

static void model_insert(size_t at, struct span bytes)
{
    memmove(model + at + 1, model + at, (model_count - at) * sizeof(*model));
    model[at] =
        span_of(mem_dup(bytes.size ? bytes.data : "", bytes.size + !bytes.size), bytes.size);
    model_count++;
}

static void model_remove(size_t at)
{
    mem_free((char *)model[at].data);
    model_count--;
    memmove(model + at, model + at + 1, (model_count - at) * sizeof(*model));
}

static size_t model_remove_equal(enum list_end end, struct span bytes, size_t limit)
{
    size_t removed = 0;

    for (size_t i = 0; i < model_count + removed && (limit == 0 || removed < limit); i++) {
        size_t at = end == LIST_HEAD ? i - removed : model_count + removed - 1 - i;

        if (span_equal(model[at], bytes)) {
            model_remove(at);
            removed++;
        }
    }
    return removed;
}

static void assert_same(const struct list *list)
{
    char scratch[NUM_TEXT_LIMIT];
    struct list_place place;

    assert_int_equal(list_count(list), model_count);
    assert_int_equal(list_seek(list, 0, &place), model_count > 0);
    for (size_t i = 0; i < model_count; i++) {
        assert_true(span_equal(list_text(list, &place, scratch), model[i]));
        assert_int_equal(list_next(list, &place), i + 1 < model_count);
    }
    for (size_t i = model_count; i > 0; i--) {
        assert_true(span_equal(list_text(list, &place, scratch), model[i - 1]));
        assert_int_equal(list_previous(list, &place), i > 1);
    }
}

static void step_ends(struct list *list, bool large)
{
    enum list_end end = below(2) ? LIST_HEAD : LIST_TAIL;
    char scratch[NUM_TEXT_LIMIT];

    if (below(5) < 3) {
        struct span bytes = element(large);

        if (below(2))
            list_expect(list, 1, bytes.size, &settings);
        list_push(list, end, bytes, &settings);
        model_insert(end == LIST_HEAD ? 0 : model_count, bytes);
    } else if (model_count > 0) {
        size_t at = end == LIST_HEAD ? 0 : model_count - 1;

        assert_true(span_equal(list_peek(list, end, scratch), model[at]));
        list_drop(list, end, &settings);
        model_remove(at);
    }
}

static void step_place(struct list *list, bool large)
{
    size_t at = below(model_count + 1), kind = below(3);
    struct list_place place;
    struct span bytes;

    assert_int_equal(list_seek(list, at, &place), at < model_count);
    if (at == model_count)
        return;
    bytes = element(large);
    if (kind == 2) {
        list_replace(list, &place, bytes, &settings);
        model_remove(at);
        model_insert(at, bytes);
    } else {
        list_insert(list, &place, kind == 1, bytes, &settings);
        model_insert(at + kind, bytes);
    }
}

static void step_remove(struct list *list)
{
    size_t at = below(model_count + 1);
    size_t count = below(model_count - at + 1);

    if (below(4))
        count = count < 5 ? count : below(5);
    list_remove(list, at, count, &settings);
    for (size_t i = 0; i < count; i++)
        model_remove(at);
}

static void step_remove_equal(struct list *list)
{
    enum list_end end = below(2) ? LIST_HEAD : LIST_TAIL;
    struct span bytes = element(false);
    size_t limit = below(4);

    if (model_count > 0 && below(2)) {
        bytes = model[below(model_count)];
        bytes = span_of(memcpy(text, bytes.data, bytes.size), bytes.size);
    }
    assert_int_equal(list_remove_equal(list, end, bytes, limit, &settings),
                     model_remove_equal(end, bytes, limit));
}

static void check_limits(const struct list *list)
{
    size_t limit = settings.list_max_listpack_size > 0 ? 8192 : 4096;

    for (size_t i = 0; i < list_node_count(list); i++) {
        bool plain;
        size_t size = list_node_bytes(list, i, &plain).size;

        if (plain)
            assert_true(size > limit);
        else
            assert_true(size <= limit + LISTPACK_OVERHEAD + 10);
    }
    if (list_is_small(list))
        assert_true(list_node_count(list) <= 1);
}

static void run(int64_t node_size, bool large)
{
    size_t used = mem_used();
    struct list *list = list_new();

    settings.list_max_listpack_size = node_size;
    for (int i = 0; i < STEPS; i++) {
        size_t what = below(20);

        if (model_count >= MODEL_LIMIT || what == 0)
            step_remove(list);
        else if (what < 3)
            step_remove_equal(list);
        else if (what < 12)
            step_place(list, large);
        else
            step_ends(list, large);
        assert_int_equal(list_count(list), model_count);
        if (below(50) == 0) {
            struct list *copy = list_copy(list);

            assert_same(list);
            assert_same(copy);
            list_free(copy);
            check_limits(list);
        }
    }
    assert_same(list);
    while (model_count > 0)
        model_remove(model_count - 1);
    list_free(list);
    assert_int_equal(mem_used(), used);
}

static void test_nodes_of_one_element_agree_with_an_array(void **state)
{
    (void)state;
    run(1, false);
}

static void test_nodes_of_two_elements_agree_with_an_array(void **state)
{
    (void)state;
    run(2, true);
}

static void test_nodes_of_eight_elements_agree_with_an_array(void **state)
{
    (void)state;
    run(8, true);
}

static void test_nodes_of_4_kib_agree_with_an_array(void **state)
{
    (void)state;
    run(-1, false);
}

static void test_elements_too_large_for_a_node_agree_with_an_array(void **state)
{
    (void)state;
    run(-1, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes_of_one_element_agree_with_an_array),
        cmocka_unit_test(test_nodes_of_two_elements_agree_with_an_array),
        cmocka_unit_test(test_nodes_of_eight_elements_agree_with_an_array),
        cmocka_unit_test(test_nodes_of_4_kib_agree_with_an_array),
        cmocka_unit_test(test_elements_too_large_for_a_node_agree_with_an_array),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
