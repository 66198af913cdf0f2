/* MS_TEST_SEED repeats a run.
 * Random work on an array beside a plain list of indexes and numbers, for small and large slices
 * and all limits. Prints its seed when it fails. */
#include "core/hash/random.h"
#include "types/array/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum {
    MODEL_LIMIT = 4096,
    STEPS = 20000,
    BASES = 5,
};

struct model {
    uint64_t index[MODEL_LIMIT]; /* sorted */
    uint64_t value[MODEL_LIMIT];
    size_t count;
};

static struct settings settings;
static struct random chance;
static struct model model;

static size_t lower(uint64_t index)
{
    size_t i = 0;

    while (i < model.count && model.index[i] < index)
        i++;
    return i;
}

static bool model_set(uint64_t index, uint64_t value)
{
    size_t i = lower(index);
    bool fresh = i == model.count || model.index[i] != index;

    if (fresh) {
        memmove(model.index + i + 1, model.index + i, (model.count - i) * sizeof(uint64_t));
        memmove(model.value + i + 1, model.value + i, (model.count - i) * sizeof(uint64_t));
        model.count++;
    }
    model.index[i] = index;
    model.value[i] = value;
    return fresh;
}

static size_t model_delete(uint64_t low, uint64_t high)
{
    size_t from = lower(low), to = high == UINT64_MAX ? model.count : lower(high + 1);

    memmove(model.index + from, model.index + to, (model.count - to) * sizeof(uint64_t));
    memmove(model.value + from, model.value + to, (model.count - to) * sizeof(uint64_t));
    model.count -= to - from;
    return to - from;
}

/* Mostly near a few places, so that slices fill. */
static uint64_t pick_index(void)
{
    static const uint64_t bases[BASES] = {0, 4000, 1000000, UINT64_C(1) << 50,
                                          ARRAY_INDEX_MAX - 5000};
    uint64_t index = bases[random_below(&chance, BASES)] + random_below(&chance, 1500);

    return random_below(&chance, 50) == 0 ? random_next(&chance) % UINT64_MAX : index;
}

/* Texts of all kinds of slots. */
static struct span text_of(uint64_t value, char *scratch)
{
    static const char *const before[] = {"", "t", "", "text number "};
    static const char *const after[] = {"", "", ".500", ""};
    int size = snprintf(scratch, 64, "%s%llu%s", before[value % 4], (unsigned long long)value,
                        after[value % 4]);

    return span_of(scratch, (size_t)size);
}

static void compare_all(const struct array *array, uint64_t start, uint64_t end)
{
    uint64_t low = start < end ? start : end, high = start < end ? end : start, index, slot;
    size_t from = lower(low), to = lower(high + 1);
    char scratch[64], of_slot[NUM_TEXT_LIMIT];
    struct array_walk walk;

    assert_int_equal(array_count_range(array, low, high), to - from);
    array_walk_begin(&walk, array, start, end);
    for (size_t i = 0; i < to - from; i++) {
        size_t at = start > end ? to - 1 - i : from + i;

        assert_true(array_walk_next(&walk, &index, &slot));
        assert_true(index == model.index[at]);
        assert_true(span_equal(slot_text(slot, of_slot), text_of(model.value[at], scratch)));
    }
    assert_false(array_walk_next(&walk, &index, &slot));
}

static void step(struct array *array)
{
    uint64_t a = pick_index(), b = pick_index(), value = random_below(&chance, 1000000), slot;
    char scratch[64], of_slot[NUM_TEXT_LIMIT];
    size_t i = lower(a);
    bool there = i < model.count && model.index[i] == a;

    switch (random_below(&chance, 20)) {
    case 0:
        b = a + random_below(&chance, 300);
        if (b < a || b > ARRAY_INDEX_MAX)
            b = ARRAY_INDEX_MAX;
        assert_int_equal(array_delete(array, a, b, &settings), model_delete(a, b));
        break;
    case 1:
        compare_all(array, a, b);
        break;
    case 2:
    case 3:
    case 4:
    case 5:
        if (model.count > 0 && !there) {
            a = model.index[random_below(&chance, model.count)];
            there = true;
        }
        slot = array_take(array, a, &settings);
        assert_true((slot != 0) == there);
        slot_free(slot);
        model_delete(a, a);
        break;
    case 6:
        slot = array_get(array, a);
        assert_true((slot != 0) == there);
        if (there)
            assert_true(span_equal(slot_text(slot, of_slot), text_of(model.value[i], scratch)));
        break;
    default:
        if (model.count < MODEL_LIMIT)
            assert_true(array_set(array, a, text_of(value, scratch), &settings) ==
                        model_set(a, value));
    }
    assert_int_equal(array_count(array), model.count);
    assert_true(array_length(array) == (model.count ? model.index[model.count - 1] + 1 : 0));
}

static void run(int64_t slice_size, int64_t kmax, int64_t kmin)
{
    uint64_t seed = (uint64_t)time(NULL) ^ (uint64_t)clock() << 20;
    const char *given = getenv("MS_TEST_SEED");
    struct array *array, *copy;

    if (given)
        seed = strtoull(given, NULL, 10);
    print_message("slices of %lld, kmax %lld, kmin %lld: MS_TEST_SEED=%llu\n",
                  (long long)slice_size, (long long)kmax, (long long)kmin,
                  (unsigned long long)seed);
    random_init(&chance, seed);
    settings_init(&settings);
    settings.array_slice_size = slice_size;
    settings.array_sparse_kmax = kmax;
    settings.array_sparse_kmin = kmin;
    model.count = 0;
    array = array_new(&settings);
    for (int i = 0; i < STEPS; i++)
        step(array);
    compare_all(array, 0, ARRAY_INDEX_MAX);
    compare_all(array, ARRAY_INDEX_MAX, 0);
    copy = array_copy(array);
    array_free(array);
    compare_all(copy, 0, ARRAY_INDEX_MAX);
    array_free(copy);
}

static void test_array_is_the_map_it_should_be(void **state)
{
    (void)state;
    run(4096, 10, 5);
    run(256, 0, 0);
    run(1000, 256, 256);
    run(65536, 3, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_array_is_the_map_it_should_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
