/* What a list is made of: one listpack while it is small, nodes within their limit, little memory.
 */
#include "core/base/mem.h"
#include "types/list/list.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct settings settings;
static struct list *list;

static int set_up(void **state)
{
    (void)state;
    settings_init(&settings);
    list = list_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    list_free(list);
    return 0;
}

static void push_numbers(int from, int to)
{
    char text[NUM_TEXT_LIMIT];

    for (int i = from; i < to; i++)
        list_push(list, LIST_TAIL, span_of(text, num_format_i64(text, i)), &settings);
}

static void test_a_list_is_small_up_to_the_limit_and_again_at_half_of_it(void **state)
{
    (void)state;
    settings.list_max_listpack_size = 8;
    push_numbers(0, 8);
    assert_true(list_is_small(list));
    push_numbers(8, 9);
    assert_false(list_is_small(list));
    assert_int_equal(list_node_count(list), 2);
    while (list_count(list) > 5)
        list_drop(list, LIST_TAIL, &settings);
    assert_int_equal(list_node_count(list), 1);
    assert_false(list_is_small(list));
    list_drop(list, LIST_TAIL, &settings);
    assert_true(list_is_small(list));
}

static void test_what_is_expected_makes_a_list_large_before_it_comes(void **state)
{
    (void)state;
    push_numbers(0, 3);
    list_expect(list, 1, 8000, &settings);
    assert_true(list_is_small(list));
    list_expect(list, 1, 8192, &settings);
    assert_false(list_is_small(list));
    list_settle(list, &settings);
    assert_true(list_is_small(list));
}

static void test_an_element_larger_than_a_node_stands_alone(void **state)
{
    char large[9000] = "large";
    struct list_place place;
    bool plain;

    (void)state;
    push_numbers(0, 4);
    assert_true(list_seek(list, 1, &place));
    list_insert(list, &place, true, span_of(large, sizeof(large)), &settings);
    assert_int_equal(list_node_count(list), 3);
    assert_int_equal(list_node_bytes(list, 1, &plain).size, sizeof(large));
    assert_true(plain);
    assert_true(list_seek(list, 2, &place));
    list_replace(list, &place, SPAN("x"), &settings);
    assert_int_equal(list_node_count(list), 1); /* small neighbours went together */
    assert_int_equal(list_count(list), 5);
}

static void test_removing_all_but_a_few_of_many_nodes_leaves_few_nodes(void **state)
{
    (void)state;
    settings.list_max_listpack_size = 16;
    push_numbers(0, 1600);
    assert_int_equal(list_node_count(list), 100);
    for (size_t i = 0; i < 1600 / 8; i++)
        list_remove(list, i, 7, &settings);
    assert_int_equal(list_count(list), 200);
    assert_true(list_node_count(list) <= 40);
}

static void test_an_insertion_into_a_full_node_splits_it_once(void **state)
{
    struct list_place place;

    (void)state;
    settings.list_max_listpack_size = 16;
    push_numbers(0, 64);
    assert_int_equal(list_node_count(list), 4);
    assert_true(list_seek(list, 24, &place));
    list_insert(list, &place, false, SPAN("x"), &settings);
    assert_int_equal(list_node_count(list), 5);
}

static void test_an_empty_list_can_be_filled_again(void **state)
{
    (void)state;
    settings.list_max_listpack_size = 2;
    for (int round = 0; round < 3; round++) {
        push_numbers(0, 7);
        list_remove(list, 0, 7, &settings);
        assert_int_equal(list_count(list), 0);
        assert_int_equal(list_remove_equal(list, LIST_TAIL, SPAN("1"), 0, &settings), 0);
    }
    push_numbers(0, 2);
    assert_int_equal(list_count(list), 2);
}

/* The figures of README.md; bounds with some room for other allocators. */
static void test_a_list_costs_little_more_than_its_elements(void **state)
{
    size_t before = mem_used(), used;
    char text[16];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        snprintf(text, sizeof(text), "element-%06d", i % 1000000);
        list_push(list, LIST_TAIL, span_of(text, 14), &settings);
    }
    used = mem_used() - before;
    print_message("100,000 elements of 14 bytes: %.2f bytes each\n", (double)used / 100000);
    assert_true(used < 100000 * 17);
    assert_int_equal(list_memory(list, 0) - mem_size(list), used);
    assert_in_range(list_memory(list, 5), used * 9 / 10, used * 11 / 10);
}

static void test_a_small_list_costs_one_listpack(void **state)
{
    enum {
        LISTS = 1000
    };
    struct list *lists[LISTS];
    size_t before = mem_used();

    (void)state;
    for (int i = 0; i < LISTS; i++) {
        lists[i] = list_new();
        for (int j = 0; j < 4; j++)
            list_push(lists[i], LIST_HEAD, SPAN("job"), &settings);
    }
    print_message("a list of 4 elements of 3 bytes: %.1f bytes\n",
                  (double)(mem_used() - before) / LISTS);
    assert_true((mem_used() - before) / LISTS <= 80);
    for (int i = 0; i < LISTS; i++)
        list_free(lists[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_list_is_small_up_to_the_limit_and_again_at_half_of_it),
        TEST(test_what_is_expected_makes_a_list_large_before_it_comes),
        TEST(test_an_element_larger_than_a_node_stands_alone),
        TEST(test_removing_all_but_a_few_of_many_nodes_leaves_few_nodes),
        TEST(test_an_insertion_into_a_full_node_splits_it_once),
        TEST(test_an_empty_list_can_be_filled_again),
        TEST(test_a_list_costs_little_more_than_its_elements),
        TEST(test_a_small_list_costs_one_listpack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
