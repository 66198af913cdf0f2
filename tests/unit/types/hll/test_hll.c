/* HyperLogLogs against a plain array of registers; damaged and random strings; what is logged. */
#include "tests/lib/unit/fake_request.h"
#include "storage/keyspace/keyspace.h"
#include "types/generic/key_commands.h"
#include "types/hll/hll.h"
#include "types/hll/hll_commands.h"
#include "types/hll/hll_sparse.h"
#include "types/string/string_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RUN(line, expected) assert_string_equal(fake_line(fake, (line)), (expected))
#define WRONGTYPE           "-WRONGTYPE Key is not a valid HyperLogLog string value."
#define DAMAGED             "-INVALIDOBJ Corrupted HLL object detected"

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, hll_commands);
    fake_add_commands(fake, hll_debug_commands);
    fake_add_commands(fake, string_commands);
    fake_add_commands(fake, key_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

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

/* The runs are whole, each in its shortest form, and hold what the model holds. */
static void check_against(struct span hll, const uint8_t model[HLL_REGISTERS])
{
    uint8_t registers[HLL_REGISTERS] = {0};
    uint64_t count;

    assert_int_equal(hll_merge(hll, registers), 0);
    assert_memory_equal(registers, model, HLL_REGISTERS);
    assert_int_equal(hll_count(hll, &count), 0);
    assert_int_equal(count, hll_count_registers(model));
}

static void test_raising_registers_keeps_sparse_and_dense_ones_equal_to_an_array(void **state)
{
    static const int64_t limits[] = {0, 30, 200, 3000, 100000};
    struct random random = seeded();
    struct arena *arena = arena_new();

    (void)state;
    for (size_t run = 0; run < 40; run++) {
        int64_t limit = limits[run % 5];
        uint8_t model[HLL_REGISTERS] = {0};
        struct hll_edit edit;
        /* Few registers make long runs of values and joins, many make dense ones. */
        unsigned width = run % 2 ? 60 : HLL_REGISTERS;

        hll_edit_start(&edit, arena, (struct span){0}, limit);
        for (int i = 0; i < 800; i++) {
            unsigned index = (unsigned)random_below(&random, width) + (HLL_REGISTERS - width);
            unsigned value = 1 + (unsigned)random_below(&random, i < 790 ? 4 : 40);

            assert_int_equal(hll_edit_raise(&edit, index, value), model[index] < value);
            model[index] = model[index] < value ? (uint8_t)value : model[index];
            if (i % 50 == 0)
                check_against(hll_edit_bytes(&edit), model);
        }
        check_against(hll_edit_bytes(&edit), model);
        assert_int_equal(hll_edit_to_dense(&edit), 0);
        assert_int_equal(edit.size, HLL_DENSE_SIZE);
        check_against(hll_edit_bytes(&edit), model);
        arena_reset(arena);
    }
    arena_free(arena);
}

static void test_dense_registers_do_not_touch_each_other(void **state)
{
    unsigned char *bytes = malloc(HLL_DENSE_SIZE), *packed = malloc(HLL_DENSE_SIZE);
    uint8_t model[HLL_REGISTERS] = {0};
    struct random random = seeded();

    (void)state;
    memset(bytes, 0, HLL_DENSE_SIZE);
    memset(packed, 0, HLL_DENSE_SIZE);
    for (int i = 0; i < 100000; i++) {
        unsigned index = (unsigned)random_below(&random, HLL_REGISTERS);

        model[index] = (uint8_t)random_below(&random, HLL_VALUE_LIMIT);
        hll_dense_set(bytes, index, model[index]);
    }
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        assert_int_equal(hll_dense_get(bytes, i), model[i]);
    hll_dense_pack(packed, model);
    assert_memory_equal(packed, bytes, HLL_DENSE_SIZE);
    free(packed);
    free(bytes);
}

static void test_the_registers_no_elements_make_still_give_a_number(void **state)
{
    uint8_t registers[HLL_REGISTERS];

    (void)state;
    memset(registers, 0, sizeof(registers));
    assert_int_equal(hll_count_registers(registers), 0);
    memset(registers, HLL_VALUE_LIMIT - 1, sizeof(registers));
    assert_int_equal(hll_count_registers(registers), INT64_MAX);
    memset(registers, HLL_HASH_BITS + 1, sizeof(registers));
    assert_int_equal(hll_count_registers(registers), INT64_MAX);
}

static void set_key(const char *key, const char *bytes, size_t size)
{
    struct span argv[] = {SPAN("SET"), span_text(key), span_of(bytes, size)};

    assert_string_equal(fake_run_spans(fake, 3, argv), "OK");
}

static struct span string_at(const char *key)
{
    static char scratch[64];
    struct request *rq = fake_request(fake);
    struct entry *entry = keyspace_find(rq, fake_key(fake, key), FIND_QUIET);

    return entry ? entry_string(entry, scratch) : (struct span){0};
}

/* Every command on a string that may be anything: an answer or one of the two errors, never more.
 */
static void try_all(const char *bytes, size_t size)
{
    static const char *const calls[] = {
        "PFCOUNT bad",        "PFCOUNT bad good",    "PFADD bad a",        "PFADD bad a b c d e f",
        "PFMERGE to bad",     "PFMERGE bad good",    "PFDEBUG DECODE bad", "PFDEBUG ENCODING bad",
        "PFDEBUG GETREG bad", "PFDEBUG TODENSE bad",
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        const char *shown;

        set_key("bad", bytes, size);
        shown = fake_line(fake, calls[i]);
        if (shown[0] != '-')
            continue;
        if (strcmp(shown, WRONGTYPE) != 0 && strcmp(shown, DAMAGED) != 0 &&
            strcmp(shown, "-ERR HLL encoding is not sparse") != 0)
            fail_msg("%s: %s", calls[i], shown);
        assert_int_equal(fake->rq.effect_count, 0);
        assert_true(span_equal(string_at("bad"), span_of(bytes, size)));
    }
}

static void test_random_bytes_and_damaged_registers_are_refused_without_a_change(void **state)
{
    struct random random = seeded();

    (void)state;
    RUN("PFADD good a b c d e f g", "1");
    for (int run = 0; run < 1500; run++) {
        size_t size = random_below(&random, 80);
        char *bytes;

        if (run % 50 == 0)
            size = HLL_DENSE_SIZE;
        bytes = malloc(size + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)random_next(&random);
        if (run % 4 && size >= HLL_HEADER_SIZE) {
            hll_header_init((unsigned char *)bytes, run % 50 ? HLL_SPARSE : HLL_DENSE);
            /* Mostly two-byte zeros, so that some come near the right number of registers. */
            for (size_t i = HLL_HEADER_SIZE; i + 1 < size && run % 3 == 0; i += 2)
                bytes[i] = (char)(0x40 | random_below(&random, 16));
        }
        try_all(bytes, size);
        free(bytes);
    }
}

static void test_one_changed_byte_of_good_registers_never_breaks_anything(void **state)
{
    struct random random = seeded();
    char *bytes;
    size_t size;

    (void)state;
    RUN("PFADD good a b c d e f g h i j k l m n o p q r s t u v w x y z", "1");
    size = string_at("good").size;
    bytes = malloc(size);
    memcpy(bytes, string_at("good").data, size);
    for (int run = 0; run < 1500; run++) {
        size_t at = random_below(&random, size);
        char was = bytes[at];

        bytes[at] = (char)random_next(&random);
        try_all(bytes, random_below(&random, 4) ? size : at);
        bytes[at] = was;
    }
    free(bytes);
}

/* Damage behind the first registers: the element that meets it must not leave others added. */
static void test_pfadd_that_meets_damage_adds_none_of_its_elements(void **state)
{
    char bytes[] = "HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80\x6f\xff"; /* 12288 of 16384 registers */
    char line[64];
    int added = 0, refused = 0;

    (void)state;
    for (int i = 0; i < 50; i++) {
        set_key("bad", bytes, sizeof(bytes) - 1);
        snprintf(line, sizeof(line), "PFADD bad a%d b%d c%d", i, i, i);
        if (strcmp(fake_line(fake, line), DAMAGED) == 0) {
            assert_true(span_equal(string_at("bad"), span_of(bytes, sizeof(bytes) - 1)));
            refused++;
        } else {
            added++;
        }
    }
    assert_true(added > 0 && refused > 0);
}

static void test_pfcount_keeps_its_result_and_pfadd_forgets_it(void **state)
{
    uint64_t count;

    (void)state;
    RUN("PFADD k a b c", "1");
    assert_int_equal(fake_events(fake, "new"), 1);
    assert_int_equal(fake_events(fake, "pfadd"), 1);
    assert_false(hll_cached_count(string_at("k"), &count));
    RUN("PFCOUNT k", "3");
    assert_true(fake_is_dirty(fake));
    assert_true(hll_cached_count(string_at("k"), &count));
    assert_int_equal(count, 3);
    RUN("PFCOUNT k", "3");
    assert_int_equal(fake->rq.effect_count, 0);
    RUN("PFADD k a b", "0");
    assert_int_equal(fake->rq.effect_count, 0);
    assert_true(hll_cached_count(string_at("k"), &count));
    RUN("PFADD k d", "1");
    assert_false(hll_cached_count(string_at("k"), &count));
    RUN("PFDEBUG TODENSE k", "1");
    assert_true(fake_is_dirty(fake));
    RUN("PFCOUNT k", "4");
    RUN("PFADD k e", "1");
    assert_false(hll_cached_count(string_at("k"), &count));
    RUN("PFMERGE k", "OK");
    assert_int_equal(fake_events(fake, "pfadd"), 1);
}

static void test_pfselftest_passes_whatever_the_sparse_limit_is(void **state)
{
    (void)state;
    fake->settings.hll_sparse_max_bytes = INT64_MAX;
    RUN("PFSELFTEST", "OK");
    RUN("PFADD k a b c", "1");
    RUN("PFDEBUG ENCODING k", "sparse");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raising_registers_keeps_sparse_and_dense_ones_equal_to_an_array),
        cmocka_unit_test(test_dense_registers_do_not_touch_each_other),
        cmocka_unit_test(test_the_registers_no_elements_make_still_give_a_number),
        cmocka_unit_test_setup_teardown(
            test_random_bytes_and_damaged_registers_are_refused_without_a_change, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_one_changed_byte_of_good_registers_never_breaks_anything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pfadd_that_meets_damage_adds_none_of_its_elements,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pfcount_keeps_its_result_and_pfadd_forgets_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_pfselftest_passes_whatever_the_sparse_limit_is, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
