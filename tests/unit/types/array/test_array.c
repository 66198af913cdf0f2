/* Arrays: slices of both forms, the directory, walks, the cursor, and what it all costs. */
#include "core/base/mem.h"
#include "types/array/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct settings settings;

static int set_up(void **state)
{
    (void)state;
    settings_init(&settings);
    return 0;
}

static void put(struct array *array, uint64_t index, const char *text)
{
    array_set(array, index, span_text(text), &settings);
}

static void put_number(struct array *array, uint64_t index, uint64_t number)
{
    char text[NUM_TEXT_LIMIT];

    array_set(array, index, span_of(text, num_format_u64(text, number)), &settings);
}

/* Takes an element out and throws it away. */
static bool drop(struct array *array, uint64_t index)
{
    uint64_t slot = array_take(array, index, &settings);

    slot_free(slot);
    return slot != 0;
}

static struct array_shape shape_of(const struct array *array)
{
    struct array_shape shape;

    array_shape(array, true, &shape);
    return shape;
}

static void test_slice_is_sparse_up_to_kmax_and_dense_above(void **state)
{
    struct array *array = array_new(&settings);

    (void)state;
    for (uint64_t i = 0; i < 10; i++)
        put(array, i * 3, "v");
    assert_int_equal(shape_of(array).sparse, 1);
    assert_true(shape_of(array).sparse_count == 10);
    put(array, 30, "v");
    assert_int_equal(shape_of(array).sparse, 0);
    assert_int_equal(shape_of(array).dense, 1);
    assert_true(shape_of(array).dense_width == 31);
    assert_true(shape_of(array).dense_fill == 11.0 / 31);
    array_free(array);
}

static void test_dense_slice_turns_sparse_again_at_kmin(void **state)
{
    struct array *array = array_new(&settings);

    (void)state;
    for (uint64_t i = 0; i < 11; i++)
        put(array, i, "v");
    for (uint64_t i = 0; i < 5; i++)
        assert_true(drop(array, i * 2));
    assert_int_equal(shape_of(array).dense, 1);
    assert_true(drop(array, 10));
    assert_int_equal(shape_of(array).sparse, 1);
    assert_true(shape_of(array).sparse_count == 5);
    array_free(array);
}

static void test_kmax_zero_makes_every_slice_dense_and_kmin_above_kmax_does_no_harm(void **state)
{
    struct array *array;

    (void)state;
    settings.array_sparse_kmax = 0;
    array = array_new(&settings);
    put(array, 7, "v");
    put(array, 3, "w");
    assert_int_equal(shape_of(array).dense, 1);
    settings.array_sparse_kmax = 2;
    settings.array_sparse_kmin = 256;
    put(array, 5, "x");
    assert_int_equal(shape_of(array).dense, 1);
    assert_true(drop(array, 5));
    assert_int_equal(shape_of(array).sparse, 1);
    assert_int_equal(array_count(array), 2);
    array_free(array);
}

static void test_window_shrinks_when_little_is_left_in_it(void **state)
{
    struct array *array = array_new(&settings);

    (void)state;
    for (uint64_t i = 0; i < 4096; i++)
        put(array, i, "v");
    assert_true(shape_of(array).dense_width == 4096);
    for (uint64_t i = 0; i < 4096 - 64; i++)
        assert_true(drop(array, i));
    assert_true(shape_of(array).dense_width <= 64 * 4);
    assert_int_equal(array_length(array), 4096);
    for (uint64_t i = 4096 - 64; i < 4096; i++)
        assert_true(array_get(array, i) != 0);
    put(array, 0, "back");
    assert_int_equal(array_count(array), 65);
    array_free(array);
}

static void test_window_grows_to_both_sides(void **state)
{
    struct array *array = array_new(&settings);

    (void)state;
    for (uint64_t i = 0; i < 2000; i++) {
        put_number(array, 2048 + i, i);
        put_number(array, 2047 - i, i);
    }
    for (uint64_t i = 0; i < 2000; i++) {
        assert_int_equal(slot_integer(array_get(array, 2048 + i)), i);
        assert_int_equal(slot_integer(array_get(array, 2047 - i)), i);
    }
    assert_int_equal(array_get(array, 47), 0);
    assert_int_equal(shape_of(array).slices, 1);
    array_free(array);
}

static void test_settings_may_change_while_an_array_lives(void **state)
{
    struct array *array = array_new(&settings);

    (void)state;
    for (uint64_t i = 0; i < 9; i++)
        put(array, i, "v");
    settings.array_slice_size = 256;
    settings.array_sparse_kmax = 3;
    put(array, 4095, "v");
    assert_int_equal(shape_of(array).slice_size, 4096);
    assert_int_equal(shape_of(array).dense, 1);
    assert_int_equal(array_count(array), 10);
    array_free(array);
}

static void test_far_indexes_cost_a_slice_each(void **state)
{
    struct array *array = array_new(&settings);

    (void)state;
    put(array, 0, "first");
    put(array, ARRAY_INDEX_MAX, "last");
    put(array, UINT64_C(1) << 40, "middle");
    assert_true(array_length(array) == UINT64_MAX);
    assert_int_equal(shape_of(array).slices, 3);
    assert_true(array_memory(array, 0) < 1024);
    assert_int_equal(array_count_range(array, 1, ARRAY_INDEX_MAX), 2);
    assert_int_equal(array_delete(array, 1, ARRAY_INDEX_MAX, &settings), 2);
    assert_int_equal(array_length(array), 1);
    assert_int_equal(shape_of(array).directory_nodes, 0);
    array_free(array);
}

static void test_walk_goes_from_one_end_to_the_other_in_either_direction(void **state)
{
    const uint64_t indexes[] = {0, 1, 4095, 4096, 100000, ARRAY_INDEX_MAX};
    struct array *array = array_new(&settings);
    struct array_walk walk;
    uint64_t index, slot;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        put_number(array, indexes[i], i);
    array_walk_begin(&walk, array, 0, ARRAY_INDEX_MAX);
    for (size_t i = 0; i < 6; i++) {
        assert_true(array_walk_next(&walk, &index, &slot));
        assert_true(index == indexes[i] && slot_integer(slot) == (int64_t)i);
    }
    assert_false(array_walk_next(&walk, &index, &slot));
    array_walk_begin(&walk, array, ARRAY_INDEX_MAX, 0);
    for (size_t i = 6; i-- > 0;) {
        assert_true(array_walk_next(&walk, &index, &slot));
        assert_true(index == indexes[i]);
    }
    assert_false(array_walk_next(&walk, &index, &slot));
    array_walk_begin(&walk, array, 4095, 4095);
    assert_true(array_walk_next(&walk, &index, &slot));
    assert_false(array_walk_next(&walk, &index, &slot));
    array_walk_begin(&walk, array, 2, 4094);
    assert_false(array_walk_next(&walk, &index, &slot));
    array_walk_begin(&walk, array, 99999, 4097);
    assert_false(array_walk_next(&walk, &index, &slot));
    array_free(array);
}

static void test_rebase_keeps_the_newest_up_to_a_hole(void **state)
{
    struct array *array = array_new(&settings);

    (void)state;
    for (uint64_t i = 0; i < 6; i++)
        put_number(array, i, i);
    array_set_cursor(array, 2); /* newest is 2, oldest 3 */
    array_rebase(array, 4, &settings);
    assert_int_equal(array_count(array), 4);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(slot_integer(array_get(array, i)), (i + 5) % 6);
    assert_int_equal(array_cursor(array), 3);
    assert_true(drop(array, 1));
    array_rebase(array, 100, &settings);
    assert_int_equal(array_count(array), 2);
    assert_int_equal(slot_integer(array_get(array, 0)), 1);
    array_rebase(array, 100, &settings); /* all of it: nothing changes */
    assert_int_equal(array_count(array), 2);
    assert_int_equal(array_cursor(array), 1);
    array_free(array);
}

static void test_copy_is_deep(void **state)
{
    struct array *array = array_new(&settings), *copy;
    char scratch[NUM_TEXT_LIMIT];

    (void)state;
    for (uint64_t i = 0; i < 20; i++)
        put(array, i * 1000, "a text of more than seven bytes");
    array_set_cursor(array, 5);
    copy = array_copy(array);
    array_delete(array, 0, ARRAY_INDEX_MAX, &settings);
    array_free(array);
    assert_int_equal(array_count(copy), 20);
    assert_int_equal(array_cursor(copy), 5);
    assert_int_equal(slot_text(array_get(copy, 19000), scratch).size, 31);
    array_free(copy);
}

static void test_nothing_leaks(void **state)
{
    size_t before = mem_used();
    struct array *array = array_new(&settings);

    (void)state;
    for (uint64_t i = 0; i < 5000; i++)
        put(array, i * i, i % 2 ? "short" : "rather longer than short");
    assert_true(array_memory(array, 0) <= mem_used() - before);
    assert_true(array_memory(array, 0) * 10 >= (mem_used() - before) * 9);
    array_free(array);
    assert_int_equal(mem_used(), before);
}

/* The figures of types/array/README.md. */
static void test_an_element_costs_little(void **state)
{
    enum {
        ELEMENTS = 100000
    };
    const struct {
        const char *before, *after;
        uint64_t step;
        size_t limit; /* bytes for each element */
    } cases[] = {
        {"", "", 1, 9},                     /* whole numbers, side by side */
        {"v", "", 1, 9},                    /* short texts */
        {"", ".123456", 1, 9},              /* measurements */
        {"a text of 25 bytes ", "", 1, 41}, /* 8 and a block of 32 */
        {"", "", 1000, 28},                 /* four or five in a slice */
        {"", "", 100000, 120},              /* alone in a slice */
    };

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        struct array *array = array_new(&settings);
        char text[64];

        for (uint64_t i = 0; i < ELEMENTS; i++) {
            snprintf(text, sizeof(text), "%s%llu%s", cases[c].before, (unsigned long long)i,
                     cases[c].after);
            put(array, i * cases[c].step, text);
        }
        print_message("%s0%s, step %llu: %.2f bytes\n", cases[c].before, cases[c].after,
                      (unsigned long long)cases[c].step, (double)array_memory(array, 0) / ELEMENTS);
        assert_in_range(array_memory(array, 0), 1, cases[c].limit * ELEMENTS);
        array_free(array);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_slice_is_sparse_up_to_kmax_and_dense_above, set_up),
        cmocka_unit_test_setup(test_dense_slice_turns_sparse_again_at_kmin, set_up),
        cmocka_unit_test_setup(
            test_kmax_zero_makes_every_slice_dense_and_kmin_above_kmax_does_no_harm, set_up),
        cmocka_unit_test_setup(test_window_shrinks_when_little_is_left_in_it, set_up),
        cmocka_unit_test_setup(test_window_grows_to_both_sides, set_up),
        cmocka_unit_test_setup(test_settings_may_change_while_an_array_lives, set_up),
        cmocka_unit_test_setup(test_far_indexes_cost_a_slice_each, set_up),
        cmocka_unit_test_setup(test_walk_goes_from_one_end_to_the_other_in_either_direction,
                               set_up),
        cmocka_unit_test_setup(test_rebase_keeps_the_newest_up_to_a_hole, set_up),
        cmocka_unit_test_setup(test_copy_is_deep, set_up),
        cmocka_unit_test_setup(test_nothing_leaks, set_up),
        cmocka_unit_test_setup(test_an_element_costs_little, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
