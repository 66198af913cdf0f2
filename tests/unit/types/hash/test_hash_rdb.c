/* Hashes in RDB bytes: what is written reads back the same, in every form; older forms are read;
 * bytes that make no sense are refused with nothing left over. */
#include "core/base/error.h"
#include "core/packed/listpack.h"
#include "storage/keyspace/digest.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "tests/unit/types/hash/hash_test.h"

#include <string.h>

static struct buffer bytes;

static int load(uint8_t type, struct hash **hash)
{
    struct rdb_reader reader;
    void *value = NULL;
    int rc;

    rdb_reader_init(&reader, span_of(bytes.data, bytes.size), &fake->settings, 1000);
    rc = hash_rdb_load(&reader, type, &value);
    *hash = value;
    if (rc == 0)
        assert_int_equal(rdb_reader_position(&reader), bytes.size);
    rdb_reader_release(&reader);
    return rc;
}

static void save(const struct hash *hash)
{
    struct rdb_writer writer;

    buffer_clear(&bytes);
    rdb_writer_init(&writer, &bytes, true);
    hash_rdb_save(hash, &writer);
}

static struct hash *make(int count, bool times)
{
    struct hash *hash = hash_new();

    for (int i = 0; i < count; i++) {
        char name[16];

        hash_add(hash, &fake->settings, span_of(name, (size_t)snprintf(name, 16, "f%d", i)),
                 i % 2 ? SPAN("12345") : SPAN("some text"),
                 times && i % 3 == 0 ? 2000 + (i * 7) % 50 : -1);
    }
    return hash;
}

static void check_round_trip(struct hash *hash, uint8_t type, unsigned version)
{
    struct value_digest before = {{0}}, after = {{0}};
    struct hash *copy;

    assert_int_equal(hash_rdb_type(hash), type);
    assert_int_equal(hash_rdb_version(hash), version);
    save(hash);
    assert_int_equal(load(type, &copy), 0);
    hash_type.digest(hash, &before);
    hash_type.digest(copy, &after);
    assert_memory_equal(&before, &after, sizeof(before));
    assert_string_equal(hash_type.encoding(hash), hash_type.encoding(copy));
    assert_int_equal(hash_next_expire_ms(hash), hash_next_expire_ms(copy));
    hash_free(copy);
    hash_free(hash);
}

static void test_every_form_reads_back(void **state)
{
    (void)state;
    check_round_trip(make(1, false), RDB_HASH_LISTPACK, 10);
    check_round_trip(make(100, false), RDB_HASH_LISTPACK, 10);
    check_round_trip(make(100, true), RDB_HASH_LISTPACK_EX, 12);
    check_round_trip(make(1000, false), RDB_HASH, 10);
    check_round_trip(make(1000, true), RDB_HASH_METADATA, 12);
}

static void test_a_list_without_times_left_is_written_in_the_older_form(void **state)
{
    struct hash *hash = make(10, true), *copy;

    (void)state;
    for (int i = 0; i < 10; i++) {
        char name[16];

        hash_set_expire(hash, span_of(name, (size_t)snprintf(name, 16, "f%d", i)), -1);
    }
    assert_string_equal(hash_type.encoding(hash), "listpackex");
    assert_int_equal(hash_rdb_type(hash), RDB_HASH_LISTPACK);
    save(hash);
    assert_int_equal(load(RDB_HASH_LISTPACK, &copy), 0);
    assert_int_equal(hash_count(copy), 10);
    assert_string_equal(hash_type.encoding(copy), "listpack");
    hash_free(copy);
    hash_free(hash);
}

static void test_settings_of_the_reader_decide_the_form(void **state)
{
    struct hash *hash = make(100, true), *copy;

    (void)state;
    save(hash);
    fake->settings.hash_max_listpack_entries = 10;
    assert_int_equal(load(RDB_HASH_LISTPACK_EX, &copy), 0);
    assert_string_equal(hash_type.encoding(copy), "hashtable");
    assert_int_equal(hash_next_expire_ms(copy), hash_next_expire_ms(hash));
    hash_free(copy);
    hash_free(hash);
}

static void put(const char *raw, size_t size)
{
    buffer_clear(&bytes);
    buffer_append(&bytes, raw, size);
}

/* The layout that redis-server writes, by hand: earliest 5000; a in 1 ms, b never. */
#define METADATA                                                                                   \
    "\x88\x13\0\0\0\0\0\0"                                                                         \
    "\x02\x01\x01"                                                                                 \
    "a\x01"                                                                                        \
    "1\0\x01"                                                                                      \
    "b\x01"                                                                                        \
    "2"

static void test_waits_count_from_the_earliest_time(void **state)
{
    struct hash_item item;
    struct hash *hash;

    (void)state;
    put(METADATA, sizeof(METADATA) - 1);
    assert_int_equal(load(RDB_HASH_METADATA, &hash), 0);
    assert_true(hash_find(hash, SPAN("a"), &item));
    assert_int_equal(item.expire_ms, 5000);
    assert_true(hash_find(hash, SPAN("b"), &item));
    assert_int_equal(item.expire_ms, -1);
    hash_free(hash);
    put(METADATA + 8, sizeof(METADATA) - 9); /* the candidates' form: a at 1 ms, long ago */
    assert_int_equal(load(RDB_HASH_METADATA_OLD, &hash), 0);
    assert_int_equal(hash_count(hash), 1);
    hash_free(hash);
}

static void put_list(const char *const *elements, size_t count, bool with_first)
{
    struct listpack *list = listpack_new(0);
    struct rdb_writer writer;

    for (size_t i = 0; i < count; i++)
        listpack_append(&list, span_text(elements[i]));
    buffer_clear(&bytes);
    rdb_writer_init(&writer, &bytes, false);
    if (with_first)
        rdb_write_ms(&writer, 5000);
    rdb_write_string(&writer, listpack_span(list));
    listpack_free(list);
}

static void test_expired_fields_are_left_out(void **state)
{
    static const char *const elements[] = {"a", "1", "999", "b", "2", "1001", "c", "3", "0"};
    static const char *const gone[] = {"a", "1", "999"};
    struct hash *hash;

    (void)state;
    put_list(elements, 9, true);
    assert_int_equal(load(RDB_HASH_LISTPACK_EX, &hash), 0);
    assert_int_equal(hash_count(hash), 2);
    hash_free(hash);
    put_list(elements, 9, false);
    assert_int_equal(load(RDB_HASH_LISTPACK_OLD, &hash), 0);
    assert_int_equal(hash_count(hash), 2);
    hash_free(hash);
    put_list(gone, 3, true);
    assert_int_equal(load(RDB_HASH_LISTPACK_EX, &hash), 0);
    assert_null(hash);
}

static void check_refused(uint8_t type)
{
    struct hash *hash;

    assert_true(load(type, &hash) < 0);
    assert_null(hash);
}

static void test_nonsense_is_refused(void **state)
{
    static const char *const twice[] = {"a", "1", "a", "2"};
    static const char *const bad_time[] = {"a", "1", "soon"};
    static const char *const late[] = {"a", "1", "70368744177664"};

    (void)state;
    put_list(twice, 4, false);
    check_refused(RDB_HASH_LISTPACK);
    put_list(twice, 3, false);
    check_refused(RDB_HASH_LISTPACK);
    put_list(twice, 0, false);
    check_refused(RDB_HASH_LISTPACK);
    put_list(bad_time, 3, true);
    check_refused(RDB_HASH_LISTPACK_EX);
    put_list(late, 3, true);
    check_refused(RDB_HASH_LISTPACK_EX);
    put_list(twice, 4, true);
    check_refused(RDB_HASH_LISTPACK_EX);
    put("\0", 1);
    check_refused(RDB_HASH);
    put("\x02\x01"
        "a\x01"
        "1\x01"
        "a\x01"
        "2",
        9);
    check_refused(RDB_HASH);
    put("\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x01"
        "a\x01"
        "1",
        14);
    check_refused(RDB_HASH_METADATA);
}

/* Every cut of a sound payload is refused. */
static void test_cut_payloads_are_refused(void **state)
{
    static const uint8_t types[] = {RDB_HASH_LISTPACK, RDB_HASH_LISTPACK_EX, RDB_HASH,
                                    RDB_HASH_METADATA};

    (void)state;
    for (size_t i = 0; i < sizeof(types); i++) {
        struct hash *hash;
        size_t size;

        fake->settings.hash_max_listpack_entries = i < 2 ? 100 : 0;
        hash = make(10, i % 2 == 1);
        assert_int_equal(hash_rdb_type(hash), types[i]);
        save(hash);
        hash_free(hash);
        for (size = bytes.size; size > 0; size--) {
            bytes.size = size - 1;
            check_refused(types[i]);
        }
    }
}

static int free_bytes(void **state)
{
    buffer_release(&bytes);
    return hash_test_tear_down(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hash_test_set_up, free_bytes)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_form_reads_back),
        TEST(test_a_list_without_times_left_is_written_in_the_older_form),
        TEST(test_settings_of_the_reader_decide_the_form),
        TEST(test_waits_count_from_the_earliest_time),
        TEST(test_expired_fields_are_left_out),
        TEST(test_nonsense_is_refused),
        TEST(test_cut_payloads_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
