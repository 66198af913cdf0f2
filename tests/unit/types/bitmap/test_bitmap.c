/* Counting, finding, combining and fields against a model that looks at one bit at a time. */
#include "core/hash/random.h"
#include "types/bitmap/bitmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    BYTES = 9000, /* more than two pieces of BITOP */
    SOURCES = 5,
    RUNS = 400
};

/* MS_TEST_SEED repeats a run. */
static struct random seeded(void)
{
    const char *text = getenv("MS_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);
    struct random random;

    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    return random;
}

/* Long runs of equal bits as well as noise; exactly `size` bytes on the heap, so that a read beyond
 * them is seen. */
static char *some_bytes(struct random *random, size_t size)
{
    char *bytes = malloc(size ? size : 1);
    int kind = (int)random_below(random, 3);

    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(kind == 0 ? 0 : kind == 1 ? 0xff : random_below(random, 256));
    for (size_t i = random_below(random, 3); size && i > 0; i--)
        bytes[random_below(random, size)] = (char)random_below(random, 256);
    return bytes;
}

static bool model_bit(struct span bytes, uint64_t at)
{
    return at / 8 < bytes.size && ((unsigned char)bytes.data[at / 8] >> (7 - at % 8) & 1);
}

static void check_range(struct span bytes, uint64_t first, uint64_t last)
{
    uint64_t count = 0;
    int64_t places[2] = {-1, -1};

    for (uint64_t at = last + 1; at-- > first;) {
        bool bit = model_bit(bytes, at);

        count += bit;
        places[bit] = (int64_t)at;
    }
    assert_int_equal(bitmap_count(bytes, first, last), count);
    assert_int_equal(bitmap_find(bytes, false, first, last), places[0]);
    assert_int_equal(bitmap_find(bytes, true, first, last), places[1]);
}

static void test_count_and_find_agree_with_looking_at_every_bit(void **state)
{
    struct random random = seeded();

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        size_t size = 1 + random_below(&random, run % 10 ? 60 : 1500);
        char *bytes = some_bytes(&random, size);
        uint64_t first = random_below(&random, size * 8);
        uint64_t last = first + random_below(&random, size * 8 - first);

        check_range(span_of(bytes, size), first, last);
        check_range(span_of(bytes, size), 0, size * 8 - 1);
        free(bytes);
    }
}

static bool model_op(enum bitmap_op op, const struct span *sources, size_t count, uint64_t at)
{
    bool first = model_bit(sources[0], at);
    size_t set = 0, others;

    for (size_t i = 0; i < count; i++)
        set += model_bit(sources[i], at);
    others = set - first;
    switch (op) {
    case BITMAP_AND:
        return set == count;
    case BITMAP_OR:
        return set > 0;
    case BITMAP_XOR:
        return set % 2;
    case BITMAP_NOT:
        return !first;
    case BITMAP_DIFF:
        return first && others == 0;
    case BITMAP_DIFF1:
        return !first && others > 0;
    case BITMAP_ANDOR:
        return first && others > 0;
    default:
        return set == 1;
    }
}

/* The same with the last source where the result goes. */
static void check_in_place(enum bitmap_op op, const struct span *sources, size_t count,
                           struct span expected)
{
    struct span moved[SOURCES];
    char *place = calloc(1, expected.size ? expected.size : 1);

    memcpy(moved, sources, count * sizeof(*sources));
    memcpy(place, moved[count - 1].data, moved[count - 1].size);
    moved[count - 1].data = place;
    bitmap_combine(op, moved, count, place, expected.size);
    assert_memory_equal(place, expected.data, expected.size);
    free(place);
}

static void check_op(enum bitmap_op op, const struct span *sources, size_t count, size_t size)
{
    char *result = malloc(size ? size : 1);

    bitmap_combine(op, sources, count, result, size);
    for (uint64_t at = 0; at < size * 8; at++)
        if (model_bit(span_of(result, size), at) != model_op(op, sources, count, at))
            fail_msg("operation %d over %zu sources: bit %llu of %zu bytes", op, count,
                     (unsigned long long)at, size);
    check_in_place(op, sources, count, span_of(result, size));
    free(result);
}

static void test_combine_agrees_with_combining_every_bit_of_sources_of_any_size(void **state)
{
    struct random random = seeded();

    (void)state;
    for (int run = 0; run < RUNS / 4; run++) {
        struct span sources[SOURCES];
        size_t count = 1 + random_below(&random, SOURCES), longest = 0;

        for (size_t i = 0; i < count; i++) {
            size_t size = random_below(&random, run % 10 ? 100 : BYTES);

            sources[i] = span_of(some_bytes(&random, size), size);
            longest = size > longest ? size : longest;
        }
        for (enum bitmap_op op = BITMAP_AND; op <= BITMAP_ONE; op++) {
            size_t used = op == BITMAP_NOT ? 1 : count;

            check_op(op, sources, used, op == BITMAP_NOT ? sources[0].size : longest);
        }
        for (size_t i = 0; i < count; i++)
            free((char *)sources[i].data);
    }
}

static void test_a_field_is_read_and_written_bit_by_bit_and_its_neighbours_stay(void **state)
{
    struct random random = seeded();

    (void)state;
    for (int run = 0; run < RUNS * 10; run++) {
        size_t size = 1 + random_below(&random, 20);
        char *bytes = some_bytes(&random, size), *before = malloc(size);
        unsigned bits = 1 + (unsigned)random_below(&random, size * 8 < 64 ? size * 8 : 64);
        uint64_t at = random_below(&random, size * 8 - bits + 1);
        uint64_t value = random_next(&random), expected = 0;

        memcpy(before, bytes, size);
        for (uint64_t i = at; i < at + bits; i++)
            expected = expected << 1 | model_bit(span_of(bytes, size), i);
        assert_int_equal(bitmap_get(span_of(bytes, size), at, bits), expected);
        bitmap_set((unsigned char *)bytes, at, bits, value);
        for (uint64_t i = 0; i < size * 8; i++) {
            bool want = i < at || i >= at + bits ? model_bit(span_of(before, size), i)
                                                 : value >> (at + bits - 1 - i) & 1;

            assert_int_equal(model_bit(span_of(bytes, size), i), want);
        }
        free(before);
        free(bytes);
    }
}

static void test_what_lies_beyond_the_string_reads_as_zero(void **state)
{
    (void)state;
    assert_int_equal(bitmap_get(span_of("\xff", 1), 4, 8), 0xf0);
    assert_int_equal(bitmap_get(span_of("\xff", 1), 8, 64), 0);
    assert_int_equal(bitmap_get((struct span){0}, UINT64_C(1) << 40, 64), 0);
}

/* Adding one at a time, and letting the number roll over at its ends, gives what WRAP gives. */
static void test_every_sum_of_small_fields_wraps_saturates_or_fails(void **state)
{
    (void)state;
    for (unsigned bits = 1; bits <= 5; bits++)
        for (int is_signed = 0; is_signed <= 1; is_signed++) {
            int64_t low = is_signed ? -(INT64_C(1) << (bits - 1)) : 0;
            int64_t high = low + (INT64_C(1) << bits) - 1;

            for (int64_t number = low; number <= high; number++)
                for (int64_t by = -70; by <= 70; by++) {
                    int64_t exact = number + by, wrapped = exact;
                    bool fits = exact >= low && exact <= high;
                    uint64_t sum = 12345;

                    while (wrapped < low)
                        wrapped += high - low + 1;
                    while (wrapped > high)
                        wrapped -= high - low + 1;
                    assert_true(
                        bitmap_add((uint64_t)number, by, bits, is_signed, BITMAP_WRAP, &sum));
                    assert_int_equal(sum, wrapped);
                    assert_true(
                        bitmap_add((uint64_t)number, by, bits, is_signed, BITMAP_SATURATE, &sum));
                    assert_int_equal(sum, fits ? exact : exact < low ? low : high);
                    sum = 12345;
                    assert_int_equal(
                        bitmap_add((uint64_t)number, by, bits, is_signed, BITMAP_FAIL, &sum), fits);
                    assert_int_equal(sum, fits ? exact : 12345);
                }
        }
}

static void test_the_widest_fields_overflow_at_their_ends(void **state)
{
    uint64_t sum;

    (void)state;
    assert_false(bitmap_add(INT64_MAX, 1, 64, true, BITMAP_FAIL, &sum));
    assert_false(bitmap_add((uint64_t)INT64_MIN, -1, 64, true, BITMAP_FAIL, &sum));
    assert_true(bitmap_add(INT64_MAX, 1, 64, true, BITMAP_WRAP, &sum));
    assert_int_equal((int64_t)sum, INT64_MIN);
    assert_true(bitmap_add((uint64_t)INT64_MIN, INT64_MIN, 64, true, BITMAP_SATURATE, &sum));
    assert_int_equal((int64_t)sum, INT64_MIN);
    assert_true(bitmap_add(INT64_MAX, INT64_MAX, 63, false, BITMAP_WRAP, &sum));
    assert_int_equal(sum, INT64_MAX - 1);
    assert_true(bitmap_add(0, INT64_MIN, 63, false, BITMAP_SATURATE, &sum));
    assert_int_equal(sum, 0);
    /* Far below a narrow field is not above it. */
    assert_true(bitmap_add((uint64_t)INT64_MIN, 0, 3, true, BITMAP_SATURATE, &sum));
    assert_int_equal((int64_t)sum, -4);
    /* What SET takes for an unsigned field: a negative number is a very large one. */
    assert_true(bitmap_add(UINT64_MAX, 0, 63, false, BITMAP_SATURATE, &sum));
    assert_int_equal(sum, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_and_find_agree_with_looking_at_every_bit),
        cmocka_unit_test(test_combine_agrees_with_combining_every_bit_of_sources_of_any_size),
        cmocka_unit_test(test_a_field_is_read_and_written_bit_by_bit_and_its_neighbours_stay),
        cmocka_unit_test(test_what_lies_beyond_the_string_reads_as_zero),
        cmocka_unit_test(test_every_sum_of_small_fields_wraps_saturates_or_fails),
        cmocka_unit_test(test_the_widest_fields_overflow_at_their_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
