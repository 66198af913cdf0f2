/* A listpack is a list of byte strings that may be held as integers: whatever is done to it, it
 * reads as the naive list does, and its bytes are those that Redis writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/packed/listpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct span text(const char *words)
{
    return span_text(words);
}

static void assert_element(const struct listpack *list, int64_t index, const char *expected)
{
    char scratch[NUM_TEXT_LIMIT];
    size_t at = listpack_seek(list, index);
    struct span got;

    assert_true(at != LISTPACK_END);
    got = listpack_text(list, at, scratch);
    assert_int_equal(got.size, strlen(expected));
    assert_memory_equal(got.data, expected, got.size);
}

/* Bytes that redis-server 7.0 writes for ["1", "hello", "-1", "1000", "70000"]. */
static void test_bytes_are_those_of_redis(void **state)
{
    static const unsigned char expected[] = {
        30, 0,    0,    0, 5,    0,    0x01, 1,    0x85, 'h',  'e',  'l', 'l',  'o',
        6,  0xdf, 0xff, 2, 0xc3, 0xe8, 2,    0xf2, 0x70, 0x11, 0x01, 4,   0xff,
    };
    struct listpack *list = listpack_new(0);

    (void)state;
    listpack_append(&list, text("1"));
    listpack_append(&list, text("hello"));
    listpack_append(&list, text("-1"));
    listpack_append(&list, text("1000"));
    listpack_append(&list, text("70000"));
    assert_int_equal(listpack_bytes(list), sizeof(expected));
    assert_memory_equal(listpack_span(list).data + 4, expected + 4, sizeof(expected) - 4);
    listpack_free(list);
}

static void test_integers_of_every_width_read_back(void **state)
{
    static const int64_t values[] = {
        0,         1,         127,     128,      -1,        -128,      4095,
        -4096,     4096,      -4097,   32767,    -32768,    32768,     -32769,
        8388607,   -8388608,  8388608, -8388609, INT32_MAX, INT32_MIN, (int64_t)INT32_MAX + 1,
        INT64_MAX, INT64_MIN,
    };
    struct listpack *list = listpack_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
        listpack_append_integer(&list, values[i]);
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        struct span bytes;
        int64_t value;

        assert_true(listpack_get(list, listpack_seek(list, (int64_t)i), &value, &bytes));
        assert_true(value == values[i]);
    }
    listpack_free(list);
}

/* "007", "+5" and "-0" are not how a number is written, so they stay text. */
static void test_only_canonical_numbers_are_held_as_integers(void **state)
{
    static const char *const words[] = {"007", "+5", "-0", " 1", "1 ", "9223372036854775808", ""};
    struct listpack *list = listpack_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct span bytes;
        int64_t value;

        listpack_append(&list, text(words[i]));
        assert_false(listpack_get(list, listpack_last(list), &value, &bytes));
        assert_element(list, -1, words[i]);
    }
    listpack_free(list);
}

static void test_find_compares_whole_elements_and_skips(void **state)
{
    struct listpack *list = listpack_new(0);
    static const char *const words[] = {"a", "1", "ab", "a", "1", "2"};
    struct listpack_probe probe;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        listpack_append(&list, text(words[i]));
    assert_true(listpack_find(list, listpack_first(list), text("ab"), 0) == listpack_seek(list, 2));
    assert_true(listpack_find(list, listpack_first(list), text("a"), 1) == listpack_seek(list, 0));
    assert_true(listpack_find(list, listpack_first(list), text("1"), 1) == listpack_seek(list, 4));
    assert_true(listpack_find(list, listpack_first(list), text("b"), 0) == LISTPACK_END);
    assert_true(listpack_find(list, listpack_first(list), text("3"), 0) == LISTPACK_END);
    listpack_probe_init(&probe, text("2"));
    assert_true(listpack_equal(list, listpack_last(list), &probe));
    assert_false(listpack_equal(list, listpack_first(list), &probe));
    listpack_free(list);
}

/* Past 65534 elements the header no longer says how many there are. */
static void test_more_elements_than_the_header_counts(void **state)
{
    struct listpack *list = listpack_new(0);
    struct listpack *copy;
    size_t count;

    (void)state;
    for (int i = 0; i < 70000; i++)
        listpack_append_integer(&list, i % 100);
    assert_int_equal(listpack_count(list), 70000);
    assert_element(list, 69999, "99");
    assert_element(list, -70000, "0");
    assert_true(listpack_seek(list, 70000) == LISTPACK_END);
    assert_int_equal(listpack_load(listpack_span(list), &copy, &count), 0);
    assert_int_equal(count, 70000);
    listpack_free(copy);
    listpack_free(list);
}

/* --- The model: an array of strings. */

enum {
    MODEL_LIMIT = 200,
    STEPS = 20000
};

struct model {
    struct span items[MODEL_LIMIT];
    size_t count;
};

static void model_insert(struct model *model, size_t at, struct span item)
{
    memmove(model->items + at + 1, model->items + at, (model->count - at) * sizeof(item));
    model->items[at] = span_of(item.size ? mem_dup(item.data, item.size) : NULL, item.size);
    model->count++;
}

static void model_remove(struct model *model, size_t at)
{
    mem_free((void *)(uintptr_t)model->items[at].data);
    model->count--;
    memmove(model->items + at, model->items + at + 1, (model->count - at) * sizeof(*model->items));
}

static struct span random_item(struct random *random, char *scratch, size_t limit)
{
    size_t size;

    if (random_below(random, 2))
        return span_of(scratch, num_format_i64(scratch, (int64_t)random_next(random) >>
                                                            random_below(random, 64)));
    size = random_below(random, random_below(random, 20) ? 70 : limit);
    for (size_t i = 0; i < size; i++)
        scratch[i] = (char)random_next(random);
    return span_of(scratch, size);
}

static void assert_same(const struct listpack *list, const struct model *model)
{
    char scratch[NUM_TEXT_LIMIT];
    size_t at = listpack_first(list), back = listpack_last(list);

    assert_int_equal(listpack_count(list), model->count);
    for (size_t i = 0; i < model->count; i++) {
        assert_true(span_equal(listpack_text(list, at, scratch), model->items[i]));
        assert_true(
            span_equal(listpack_text(list, back, scratch), model->items[model->count - 1 - i]));
        at = listpack_next(list, at);
        back = listpack_previous(list, back);
    }
    assert_true(at == LISTPACK_END && back == LISTPACK_END);
}

static void model_step(struct random *random, struct listpack **list, struct model *model)
{
    static char scratch[20000];
    struct span item = random_item(random, scratch, sizeof(scratch));
    size_t at = model->count ? random_below(random, model->count) : 0;

    switch (random_below(random, 6)) {
    case 0:
    case 1:
    case 2:
        if (model->count == MODEL_LIMIT)
            return;
        if (random_below(random, 3) == 0)
            at = model->count;
        listpack_insert(list, listpack_seek(*list, (int64_t)at), item);
        model_insert(model, at, item);
        return;
    case 3:
        if (!model->count)
            return;
        listpack_replace(list, listpack_seek(*list, (int64_t)at), item);
        model_remove(model, at);
        model_insert(model, at, item);
        return;
    default: {
        size_t count = random_below(random, 4);

        if (!model->count)
            return;
        listpack_remove(list, listpack_seek(*list, (int64_t)at), count);
        while (count-- > 0 && at < model->count)
            model_remove(model, at);
        return;
    }
    }
}

static void test_random_changes_read_as_the_naive_list_does(void **state)
{
    uint64_t seed = (uint64_t)time(NULL);
    struct listpack *list = listpack_new(0);
    static struct model model;
    struct random random;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int i = 0; i < STEPS; i++) {
        model_step(&random, &list, &model);
        if (i % 50 == 0)
            assert_same(list, &model);
        if (i % 500 == 0) {
            struct listpack *other;
            size_t count;

            assert_int_equal(listpack_load(listpack_span(list), &other, &count), 0);
            listpack_append_range(&other, list, listpack_seek(list, 1), LISTPACK_END);
            assert_int_equal(listpack_count(other), count + (count ? count - 1 : 0));
            listpack_free(other);
        }
    }
    while (model.count)
        model_remove(&model, 0);
    listpack_free(list);
}

/* Every single flipped byte is either refused or reads without harm. */
static void test_damaged_bytes_are_refused_or_harmless(void **state)
{
    struct listpack *list = listpack_new(0), *loaded;
    char bytes[512];
    size_t size, count;

    (void)state;
    listpack_append(&list, text("hello"));
    for (int i = 0; i < 12; i++)
        listpack_append_integer(&list, (int64_t)1 << 5 * i);
    listpack_append(&list,
                    text("a string of more than sixty-three bytes, to have two bytes of size"));
    size = listpack_bytes(list);
    assert_true(size <= sizeof(bytes));
    for (size_t at = 0; at < size; at++)
        for (int flip = 1; flip < 256; flip++) {
            memcpy(bytes, listpack_span(list).data, size);
            bytes[at] = (char)(bytes[at] ^ flip);
            if (listpack_load(span_of(bytes, size), &loaded, &count) < 0)
                continue;
            for (size_t here = listpack_first(loaded); here; here = listpack_next(loaded, here)) {
                char scratch[NUM_TEXT_LIMIT];

                listpack_text(loaded, here, scratch);
            }
            listpack_free(loaded);
        }
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(listpack_load(span_of(listpack_span(list).data, cut), &loaded, &count),
                         ERR_DAMAGED);
    listpack_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_are_those_of_redis),
        cmocka_unit_test(test_integers_of_every_width_read_back),
        cmocka_unit_test(test_only_canonical_numbers_are_held_as_integers),
        cmocka_unit_test(test_find_compares_whole_elements_and_skips),
        cmocka_unit_test(test_more_elements_than_the_header_counts),
        cmocka_unit_test(test_random_changes_read_as_the_naive_list_does),
        cmocka_unit_test(test_damaged_bytes_are_refused_or_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
