/* Entries: the layout in all its forms, strings, and the access record. */
#include "storage/keyspace/entry_internal.h"
#include "core/base/mem.h"
#include "core/hash/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define NOW INT64_C(1700000000000)

enum {
    LONG_KEY = 70000,
    MINUTE = 60000
};

static struct span key_of_size(size_t size)
{
    char *bytes = mem_alloc(size ? size : 1);

    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)('a' + i % 26);
    return span_of(bytes, size);
}

/* Gives an entry of the form something to keep: a word or embedded bytes. */
static void fill(struct entry *entry)
{
    if (entry_form(entry) == FORM_EMBEDDED)
        memset(entry_embedded_data(entry), 'v', entry->embedded);
    else
        entry_set_word(entry, 0x1122334455667788);
    if (entry_expires(entry)) {
        entry_expire_put(entry, NOW);
        entry_set_heap_at(entry, 77);
    }
}

static void check_reform(enum entry_form from, bool from_expires, enum entry_form to,
                         bool to_expires, struct span key)
{
    size_t embedded = to == FORM_EMBEDDED ? 40 : 0;
    struct entry *entry = entry_new(from, from_expires, key, from == FORM_EMBEDDED ? 20 : 0);

    fill(entry);
    entry->access = 12345;
    entry = entry_reform(entry, to, to_expires, embedded);
    assert_true(span_equal(entry_key(entry), key));
    assert_int_equal(entry->access, 12345);
    assert_int_equal(entry_form(entry), to);
    assert_int_equal(entry_expires(entry), to_expires);
    if (from_expires && to_expires) {
        assert_int_equal(entry_expire_get(entry), NOW);
        assert_int_equal(entry_heap_at(entry), 77);
    }
    if (from == FORM_EMBEDDED && to == FORM_EMBEDDED)
        assert_memory_equal(entry_embedded_data(entry), "vvvvvvvvvvvvvvvvvvvv", 20);
    else if (from != FORM_EMBEDDED && to != FORM_EMBEDDED)
        assert_int_equal(entry_word(entry), 0x1122334455667788);
    fill(entry); /* the room is there */
    assert_true(span_equal(entry_key(entry), key));
    entry_free_shell(entry);
}

static void test_every_change_of_form_keeps_key_access_and_what_both_forms_have(void **state)
{
    static const size_t sizes[] = {0, 1, 10, 255, 65535, 65536, LONG_KEY};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct span key = key_of_size(sizes[i]);

        for (int from = FORM_INTEGER; from <= FORM_VALUE; from++)
            for (int to = FORM_INTEGER; to <= FORM_VALUE; to++)
                for (int expires = 0; expires < 4; expires++)
                    check_reform((enum entry_form)from, expires & 1, (enum entry_form)to,
                                 expires & 2, key);
        mem_free((void *)(uintptr_t)key.data);
    }
}

static void test_an_entry_of_the_same_size_is_reformed_in_place(void **state)
{
    struct entry *entry = entry_new(FORM_EMBEDDED, false, SPAN("key"), 16);

    (void)state;
    assert_ptr_equal(entry_reform(entry, FORM_EMBEDDED, false, 15), entry);
    assert_ptr_equal(entry_reform(entry, FORM_EMBEDDED, false, 16), entry);
    assert_ptr_equal(entry_reform(entry, FORM_INTEGER, false, 0), entry);
    entry_free_shell(entry);
}

static void test_a_much_smaller_value_gives_memory_back(void **state)
{
    struct entry *entry = entry_new(FORM_EMBEDDED, false, SPAN("key"), 250);

    (void)state;
    entry = entry_reform(entry, FORM_EMBEDDED, false, 3);
    assert_true(mem_size(entry) < 64);
    entry_free_shell(entry);
}

static void test_the_forms_have_the_names_of_redis(void **state)
{
    struct entry *entry = entry_new(FORM_EMBEDDED, false, SPAN("k"), 44);

    (void)state;
    assert_int_equal(entry_string_form(entry), ENTRY_EMBEDDED);
    entry = entry_reform(entry, FORM_EMBEDDED, false, 45);
    assert_int_equal(entry_string_form(entry), ENTRY_RAW);
    entry = entry_reform(entry, FORM_INTEGER, false, 0);
    assert_int_equal(entry_string_form(entry), ENTRY_INTEGER);
    assert_string_equal(entry_type(entry)->name, "string");
    entry_free_shell(entry);
}

static void test_a_raw_string_grows_ahead_and_new_bytes_are_zero(void **state)
{
    struct raw *raw = raw_new(SPAN("abc"));
    int moves = 0;

    (void)state;
    for (size_t size = 4; size <= 100000; size++) {
        struct raw *before = raw;
        size_t room = mem_size(raw);

        raw = raw_resize(raw, size);
        moves += raw != before || mem_size(raw) != room;
        assert_int_equal(raw->bytes[size - 1], 0);
        raw->bytes[size - 1] = 'x';
    }
    assert_memory_equal(raw->bytes, "abcxxx", 6);
    assert_true(moves < 20);
    raw = raw_resize(raw, 2);
    assert_true(mem_size(raw) < 100);
    assert_memory_equal(raw->bytes, "ab", 2);
    mem_free(raw);
}

static void test_idle_time_is_exact_in_seconds(void **state)
{
    struct entry *entry = entry_new(FORM_INTEGER, false, SPAN("k"), 0);
    struct settings settings;

    (void)state;
    settings_init(&settings);
    for (int64_t start = NOW; start < NOW + 1000; start += 77) {
        entry_access_start(entry, &settings, start);
        assert_int_equal(entry_idle_seconds(entry, start), 0);
        assert_int_equal(entry_idle_seconds(entry, start + 5000), 5);
        assert_int_equal(entry_idle_seconds(entry, start + 86400000), 86400);
        assert_int_equal(entry_idle_seconds(entry, start - 5000), 0); /* the clock set back */
    }
    entry_set_idle_seconds(entry, 1000, NOW);
    assert_int_equal(entry_idle_seconds(entry, NOW + 1000), 1001);
    entry_set_idle_seconds(entry, INT64_MAX, NOW);
    assert_true(entry_idle_seconds(entry, NOW) > 6 * 365 * 86400);
    entry_free_shell(entry);
}

static void test_under_lrm_only_writing_ends_idleness(void **state)
{
    struct entry *entry = entry_new(FORM_INTEGER, false, SPAN("k"), 0);
    struct settings settings;
    struct random random;

    (void)state;
    random_init(&random, 1);
    settings_init(&settings);
    settings.maxmemory_policy = EVICT_ALLKEYS_LRM;
    entry_access_start(entry, &settings, NOW);
    entry_access_read(entry, &settings, NOW + 9000, &random);
    assert_int_equal(entry_idle_seconds(entry, NOW + 10000), 10);
    entry_access_write(entry, &settings, NOW + 9000, &random);
    assert_int_equal(entry_idle_seconds(entry, NOW + 10000), 1);
    entry_free_shell(entry);
}

static void test_frequency_sinks_by_one_each_decay_time(void **state)
{
    struct entry *entry = entry_new(FORM_INTEGER, false, SPAN("k"), 0);

    (void)state;
    entry_set_frequency(entry, 100, NOW);
    assert_int_equal(entry_frequency(entry, NOW, 1), 100);
    assert_int_equal(entry_frequency(entry, NOW + 10 * MINUTE, 1), 90);
    assert_int_equal(entry_frequency(entry, NOW + 10 * MINUTE, 5), 98);
    assert_int_equal(entry_frequency(entry, NOW + 10 * MINUTE, 0), 100);
    assert_int_equal(entry_frequency(entry, NOW + 1000 * MINUTE, 1), 0);
    entry_set_frequency(entry, 999, NOW);
    assert_int_equal(entry_frequency(entry, NOW, 1), 255);
    entry_free_shell(entry);
}

/* redis.conf's table for factor 10: 100 hits give about 10, 100K about 142 (measured with decay).
 */
static void test_frequency_grows_logarithmically(void **state)
{
    static const struct {
        int hits, low, high;
    } rows[] = {{100, 6, 14}, {1000, 15, 23}, {100000, 130, 155}};
    struct settings settings;
    struct random random;

    (void)state;
    random_init(&random, 1);
    settings_init(&settings);
    settings.maxmemory_policy = EVICT_ALLKEYS_LFU;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct entry *entry = entry_new(FORM_INTEGER, false, SPAN("k"), 0);

        entry_access_start(entry, &settings, NOW);
        assert_int_equal(entry_frequency(entry, NOW, 1), 5);
        for (int hit = 0; hit < rows[i].hits; hit++)
            entry_access_read(entry, &settings, NOW, &random);
        assert_in_range(entry_frequency(entry, NOW, 1), rows[i].low, rows[i].high);
        entry_free_shell(entry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_change_of_form_keeps_key_access_and_what_both_forms_have),
        cmocka_unit_test(test_an_entry_of_the_same_size_is_reformed_in_place),
        cmocka_unit_test(test_a_much_smaller_value_gives_memory_back),
        cmocka_unit_test(test_the_forms_have_the_names_of_redis),
        cmocka_unit_test(test_a_raw_string_grows_ahead_and_new_bytes_are_zero),
        cmocka_unit_test(test_idle_time_is_exact_in_seconds),
        cmocka_unit_test(test_under_lrm_only_writing_ends_idleness),
        cmocka_unit_test(test_frequency_sinks_by_one_each_decay_time),
        cmocka_unit_test(test_frequency_grows_logarithmically),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
